'use client';

/** A path in which a day is one unit wide; `isLine` draws it as a line whose width does not stretch with the plot. */
export interface DayPath {
  d: string;
  className: string;
  isLine?: boolean;
}

/**
 * Shows a plot as wide as its container. It is stretched, so it contains no text, and lines keep their width. Each day
 * has a title over the full height. As a client component it sends only a list of titles to the browser; elements would
 * be sent twice.
 */
export function DayPlot({
  label,
  top,
  height,
  axis,
  titles,
  paths,
}: {
  label: string;
  /** Space above the plot, in pixels. */
  top: number;
  height: number;
  /** Labels next to the plot, with their distance from the top. */
  axis: readonly { y: number; text: string }[];
  titles: readonly string[];
  paths: readonly DayPath[];
}) {
  const svgHeight = top + height + 6;
  return (
    <div className="flex">
      <svg aria-hidden="true" width="52" height={svgHeight} className="shrink-0 fill-ink-muted text-[11px]">
        {axis.map(({ y, text }) => (
          <text key={y} x="46" y={y} dy="0.35em" textAnchor="end">
            {text}
          </text>
        ))}
      </svg>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${titles.length} ${svgHeight}`}
        preserveAspectRatio="none"
        height={svgHeight}
        className="w-0 min-w-0 flex-1 [&>path]:pointer-events-none"
      >
        <g className="fill-transparent [&>rect:hover]:fill-hover">
          {titles.map((title, index) => (
            <rect key={index} x={index} y={top} width="1" height={height}>
              <title>{title}</title>
            </rect>
          ))}
        </g>
        {paths.map(({ d, className, isLine }, index) => (
          <path
            key={index}
            d={d}
            className={className}
            {...(isLine && {
              fill: 'none',
              strokeWidth: 2,
              strokeLinecap: 'round',
              strokeLinejoin: 'round',
              vectorEffect: 'non-scaling-stroke',
            })}
          />
        ))}
      </svg>
    </div>
  );
}
