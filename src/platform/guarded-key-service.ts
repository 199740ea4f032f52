import type { KeyService } from '../documents/index.ts';
import type { Outside } from '../kit/index.ts';

const question = (name: string) => ({ name, changes: false });
const change = (name: string) => ({ name, changes: true });

/** A key service that is spared and given up on in time. Wrapping and unwrapping change nothing there. */
export function guardedKeyService(keys: KeyService, outside: Outside): KeyService {
  return {
    create: (tenant) => outside.call(change('create'), () => keys.create(tenant)),
    wrap: (tenant, dataKey, context) =>
      outside.call(question('wrap'), () => keys.wrap(tenant, dataKey, context)),
    unwrap: (tenant, wrapped, context) => {
      const call = { ...question('unwrap'), discard: (dataKey: Uint8Array) => dataKey.fill(0) };
      return outside.call(call, () => keys.unwrap(tenant, wrapped, context));
    },
    rotate: (tenant) => outside.call(change('rotate'), () => keys.rotate(tenant)),
    primary: (tenant) => outside.call(question('primary'), () => keys.primary(tenant)),
    destroy: (tenant, version) => outside.call(change('destroy'), () => keys.destroy(tenant, version)),
    probe: () => outside.call({ ...question('probe'), repeatable: false }, () => keys.probe()),
  };
}
