import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';

/** One of several: a line that says which, and under it, when opened, what can be set of it. */
export function Card(props: {
  readonly title: string;
  readonly summary: string;
  readonly isOpen?: boolean;
  readonly children: ReactNode;
}) {
  const { title, summary, isOpen = false, children } = props;
  return (
    <Disclosure
      defaultExpanded={isOpen}
      className="group rounded-[10px] border border-line data-expanded:bg-panel"
    >
      <Heading level={3} className="m-0 font-normal">
        <Button
          slot="trigger"
          className="flex h-10 w-full items-center gap-2.5 rounded-[9px] px-2.5 text-start data-hovered:bg-hover"
        >
          <ChevronRight
            aria-hidden
            className="size-[15px] shrink-0 text-dim transition-transform duration-100 group-data-expanded:rotate-90 rtl:-scale-x-100"
          />
          <span className="min-w-24 max-w-[75%] shrink-0 truncate font-medium" title={title}>
            {title}
          </span>
          <span className="min-w-0 flex-1 truncate text-small text-dim" title={summary}>
            {summary}
          </span>
        </Button>
      </Heading>
      <DisclosurePanel>
        <div className="flex flex-col gap-3 px-3 pt-1 pb-3">{children}</div>
      </DisclosurePanel>
    </Disclosure>
  );
}
