const LIGHT = { back: '#f6f7f8', panel: '#ffffff', line: '#d3d9df', accent: '#0b7f70' };
const DARK = { back: '#14171a', panel: '#22272c', line: '#454e57', accent: '#2dd4bf' };
const WIDTH = 96;
const HEIGHT = 60;

/** A little window as it looks in a theme; `system` is half of each. */
export function ThemePicture({ theme }: { readonly theme: 'system' | 'light' | 'dark' }) {
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="h-auto w-full rounded-[5px] border border-line"
    >
      <Window colours={theme === 'dark' ? DARK : LIGHT} />
      {theme === 'system' && (
        <g style={{ clipPath: 'inset(0 0 0 50%)' }}>
          <Window colours={DARK} />
        </g>
      )}
    </svg>
  );
}

function Window({ colours }: { readonly colours: typeof LIGHT }) {
  const { back, panel, line, accent } = colours;
  return (
    <>
      <rect width={WIDTH} height={HEIGHT} fill={back} />
      <rect x={24} y={0} width={WIDTH - 24} height={HEIGHT} fill={panel} />
      {[10, 18, 26].map((y) => (
        <rect key={y} x={6} y={y} width={12} height={3} rx={1.5} fill={line} />
      ))}
      {[0, 1, 2].map((row) => (
        <g key={row} transform={`translate(31 ${10 + row * 16})`}>
          <rect width={24} height={3} rx={1.5} fill={line} />
          <rect y={6} width={56} height={3} rx={1.5} fill={line} />
          <rect y={6} width={[40, 22, 56][row]} height={3} rx={1.5} fill={accent} />
        </g>
      ))}
    </>
  );
}
