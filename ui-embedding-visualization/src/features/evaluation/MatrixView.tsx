interface MatrixViewProps {
  /** Names of the rows and columns. */
  names: readonly string[]
  /** values[row][column], 0 to 1; null where there is none. */
  values: readonly (readonly (number | null)[])[]
  /** What the matrix shows; also its caption. */
  label: string
}

/** Of the accent in the plainest cell: text can be read on it, dark or light. */
const MOST_PERCENT = 50

/** Numbers on cells that are the plainer, the larger they are. */
export function MatrixView({ names, values, label }: MatrixViewProps) {
  return (
    <div className="evaluation__scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="matrix">
        <caption>{label}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col">
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, row) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {names.map((other, column) => (
                <MatrixCell key={other} value={values[row][column]} title={`${name}, ${other}`} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function MatrixCell({ value, title }: { value: number | null; title: string }) {
  const share = Math.max(0, Math.min(1, value ?? 0))
  const background = `color-mix(in oklab, var(--accent) ${Math.round(share * MOST_PERCENT)}%, var(--panel))`
  const shown = value === null ? '–' : value.toFixed(2)
  return (
    <td style={{ background }} title={`${title}: ${shown}`}>
      {shown}
    </td>
  )
}
