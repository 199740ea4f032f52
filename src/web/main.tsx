import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './styles/base.css';
import './styles/home.css';
import './styles/result.css';
import './styles/review.css';
import './styles/documents.css';
import './styles/account.css';
import './styles/audit.css';
import './styles/history.css';
import './styles/keeping.css';
import './styles/share.css';
import './styles/tray.css';
import './styles/work.css';
import './styles/webhooks.css';
import './styles/redline.css';
import './styles/marks.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
