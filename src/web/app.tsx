import { AccountView } from './account/account-view.tsx';
import { Door } from './account/door.tsx';
import { AuditView } from './audit/audit-view.tsx';
import { Compare } from './compare.tsx';
import { DocumentView } from './documents/document-view.tsx';
import { ListView } from './documents/list-view.tsx';
import { ReviewView } from './documents/review-view.tsx';
import { VersionView } from './documents/version-view.tsx';
import { type Route, routeOf, useAddress } from './route.tsx';
import { Tray } from './uploads/tray.tsx';
import { WebhooksView } from './webhooks/webhooks-view.tsx';
import { WorkView } from './work/work-view.tsx';

/** The page that the address names, and the uploads, which go on from page to page. */
export function App() {
  const [path = ''] = useAddress().split('?');
  return (
    <Door>
      <Page route={routeOf(path)} />
      <Tray />
    </Door>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.name) {
    case 'compare':
      return <Compare />;
    case 'account':
      return <AccountView />;
    case 'audit':
      return <AuditView />;
    case 'work':
      return <WorkView />;
    case 'webhooks':
      return <WebhooksView />;
    case 'documents':
      return <ListView />;
    case 'document':
      return <DocumentView key={route.id} id={route.id} />;
    case 'version':
      return <VersionView key={`${route.id} ${route.number}`} id={route.id} number={route.number} />;
    case 'redline':
      return <ReviewView key={`${route.id} ${route.redline}`} id={route.id} redline={route.redline} />;
  }
}
