import i18next from 'i18next';
import { Component, type ReactNode } from 'react';
import { Button } from '../parts/button.tsx';

interface State {
  readonly failure: string | null;
}

/** Where the interface itself fails it says so; the downloads go on, and drawing it anew is one press away. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { failure: null };

  static getDerivedStateFromError(thrown: unknown): State {
    return { failure: thrown instanceof Error ? thrown.message : String(thrown) };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    return (
      <div
        role="alert"
        className="grid h-full place-content-center justify-items-center gap-3 p-8 text-center"
      >
        <h1 className="m-0 text-title font-semibold">{i18next.t('frame.failure.title')}</h1>
        <p className="m-0 max-w-md text-dim">{i18next.t('frame.failure.what')}</p>
        <p data-selectable className="m-0 max-w-md font-mono text-small break-words text-dim">
          {failure}
        </p>
        <Button look="primary" onPress={() => location.reload()}>
          {i18next.t('frame.failure.again')}
        </Button>
      </div>
    );
  }
}
