import './interval.css'

interface IntervalBarProps {
  mean: number | null
  interval: [number, number]
  /** Where a dashed line stands: chance, or no difference; null: nowhere. */
  line: number | null
  /** The values at the left and the right end. */
  range: [number, number]
  /** All of it in words. */
  label: string
}

/** A mean with its interval. */
export function IntervalBar({ mean, interval: [from, to], line, range: [low, high], label }: IntervalBarProps) {
  const place = (value: number) => `${((value - low) / (high - low)) * 100}%`
  return (
    <svg className="interval" role="img" aria-label={label}>
      <line className="interval__span" x1={place(from)} x2={place(to)} y1="50%" y2="50%" />
      <circle className="interval__mean" cx={place(mean ?? low)} cy="50%" r="3" />
      {line !== null && <line className="interval__chance" x1={place(line)} x2={place(line)} y1="0" y2="100%" />}
    </svg>
  )
}
