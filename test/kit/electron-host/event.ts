/** The event object that listeners get first; `preventDefault` asks the host not to go on. */
export type HostEvent<Details extends object = object> = Details & {
  preventDefault(): void;
  readonly defaultPrevented: boolean;
};

export function newEvent<Details extends object = object>(
  details: Details = {} as Details,
): HostEvent<Details> {
  let isPrevented = false;
  const event = {
    ...details,
    preventDefault() {
      isPrevented = true;
    },
  };
  Object.defineProperty(event, 'defaultPrevented', { get: () => isPrevented, enumerable: true });
  return event as HostEvent<Details>;
}
