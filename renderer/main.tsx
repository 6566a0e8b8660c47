import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startTheme } from './store/theme.ts';
import { App } from './view/app.tsx';
import { startWords } from './words/words.ts';

startTheme();
await startWords();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
