import { Access, type AccessEvent, LOCAL_TENANT, SERVICE_TENANT } from '../access/index.ts';
import type { Library } from '../documents/index.ts';
import { type Log, systemRandom } from '../kit/index.ts';
import { placeOf, tenantsHere } from './library.ts';
import { sharedOf } from './regional.ts';
import type { RoleContext } from './role.ts';

/** Who may reach a service, with the keys of every tenant that its people may belong to. */
export async function openAccess(
  { config, platform, clock, log }: RoleContext,
  { records }: Library,
  origin: () => string,
): Promise<Access> {
  const { oidc, link, local, tenants, hostedDomain, administrators, addresses, enterprise, atOnce } =
    config.signIn;
  const { keys } = placeOf({ platform, config, clock });
  const served = await tenantsHere({ platform, config, clock });
  for (const tenant of [SERVICE_TENANT, ...tenants.keys()]) if (served.has(tenant)) await keys.create(tenant);
  const access = new Access({
    ...sharedOf({ platform, config, clock }),
    records,
    provider: oidc === null ? null : platform.identity,
    issuerKeys: platform.issuerKeys,
    providerLogout:
      oidc === null || platform.providerKeys === null
        ? null
        : { keys: platform.providerKeys, clientId: oidc.clientId },
    rules: { tenants, hostedDomain, administrators },
    served,
    addresses,
    enterprise,
    atOnce,
    linkTenant: link ? LOCAL_TENANT : null,
    localTenant: local ? LOCAL_TENANT : null,
    origin,
    clock,
    random: systemRandom,
    events: logAccess(log),
  });
  await access.keys.tend();
  return access;
}

/** Writes down who came and went; what somebody should look at as a warning. */
function logAccess(log: Log): (event: AccessEvent) => void {
  return ({ kind, tenant, person, credential, reason }) => {
    const fields = {
      ...(tenant === undefined ? {} : { tenant }),
      ...(person === undefined ? {} : { person }),
      ...(credential === undefined ? {} : { credential }),
      ...(reason === undefined ? {} : { reason }),
    };
    if (kind === 'refresh-token-reused') log.warn(kind, fields);
    else log.info(kind, fields);
  };
}
