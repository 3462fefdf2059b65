'use client';

/** A path in the plot's own units; `mark` draws it as strokes whose width does not stretch with the plot. */
export interface PlotPath {
  d: string;
  className: string;
  mark?: { width: number; cap?: 'round' | 'square' };
}

/**
 * Paths that fill the available width, and labels at relative positions. It is a client component so that its parts arrive
 * together: React streams a large server-rendered SVG in pieces and hides them with an inline style, which the content
 * security policy forbids.
 * @param width of the plot in its own units; its height is in pixels
 */
export function Plot({
  width,
  height,
  paths,
  labels = [],
}: {
  width: number;
  height: number;
  paths: readonly PlotPath[];
  labels?: readonly { at: number; text: string; className?: string }[];
}) {
  return (
    <svg aria-hidden="true" width="100%" height={height} className="block overflow-visible">
      <svg
        width="100%"
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        overflow="visible"
      >
        {paths.map(({ d, className, mark }, index) => (
          <path
            key={index}
            d={d}
            className={className}
            {...(mark && {
              fill: 'none',
              strokeWidth: mark.width,
              strokeLinecap: mark.cap ?? 'butt',
              vectorEffect: 'non-scaling-stroke',
            })}
          />
        ))}
      </svg>
      {labels.map(({ at, text, className }) => (
        <text
          key={at}
          x={`${((at / width) * 100).toFixed(3)}%`}
          y={height - 5}
          textAnchor="middle"
          className={className}
        >
          {text}
        </text>
      ))}
    </svg>
  );
}
