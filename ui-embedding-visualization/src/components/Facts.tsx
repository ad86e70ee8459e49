interface FactsProps {
  /** Name and value of each; null leaves it out. */
  facts: readonly [string, string | null][]
}

/** What is known of something, a line each. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}
