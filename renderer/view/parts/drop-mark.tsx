/** Where in a tree what is dragged would land, in pixels below the top of its rows. */
export function DropMark({ y }: { readonly y: number }) {
  return (
    <div
      aria-hidden
      style={{ transform: `translateY(${Math.max(0, y - 1)}px)` }}
      className="pointer-events-none absolute inset-x-1 top-0 z-10 h-[2px] rounded-full bg-acc forced-colors:bg-[Highlight]"
    />
  );
}
