import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { copyText } from '../../store/actions.ts';
import { wire } from '../../wire/wires.ts';
import { OWN_TYPE } from '../drop/dropped.ts';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/fields.tsx';
import { type BookmarkTarget, filesCode, pageCode } from './bookmarklet-code.ts';
import { Group, WideRow } from './setting-fields.tsx';

/** As bookmarks they hand the page that is open over; nothing begins by itself. */
export function Bookmarklets() {
  const { t } = useTranslation();
  const target: BookmarkTarget =
    wire.desktop === null
      ? { kind: 'page', address: `${location.origin}${location.pathname}#add?` }
      : { kind: 'program', address: 'satchel://add?' };
  return (
    <Group title={t('settings.browsers.bookmarklets')}>
      <Bookmarklet title={t('settings.browsers.thisPage')} code={pageCode(target)} />
      <Bookmarklet title={t('settings.browsers.itsFiles')} code={filesCode(target)} />
    </Group>
  );
}

function Bookmarklet({ title, code }: { readonly title: string; readonly code: string }) {
  const { t } = useTranslation();
  return (
    <WideRow title={title}>
      <div className="flex flex-wrap items-center gap-2">
        {/* biome-ignore lint/a11y/useValidAnchor: React gives no address to what runs something; a bookmark is made of nothing else. */}
        <a
          ref={(link) => asBookmark(link, code)}
          className="inline-flex h-[30px] items-center rounded-control border border-dashed border-edge px-3 font-medium text-ink no-underline"
        >
          {title}
        </a>
        <Button icon={<Copy aria-hidden />} onPress={() => void copyText(code)}>
          {t('settings.copy')}
        </Button>
      </div>
      <TextField
        label={title}
        labelHidden
        hint={t('settings.browsers.bookmarkletHint')}
        isReadOnly
        mono
        lines={2}
        value={code}
      />
    </WideRow>
  );
}

/** It is to be dragged: here it does nothing. */
function asBookmark(link: HTMLAnchorElement | null, code: string): void {
  if (link === null) return;
  link.setAttribute('href', code);
  link.onclick = (event) => event.preventDefault();
  link.ondragstart = ({ dataTransfer }) => dataTransfer?.setData(OWN_TYPE, '');
}
