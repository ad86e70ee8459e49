import { Download } from 'lucide-react'
import { evaluationFileUrl } from '@/api/evaluationQueries'

interface DownloadsProps {
  /** Id of the evaluation. */
  id: string
  /** Names of its files, as the server calls them. */
  files: readonly string[]
}

const KINDS: Record<string, string> = { csv: 'CSV', md: 'Markdown', tex: 'LaTeX', png: 'PNG', svg: 'SVG' }

/** A section's tables and pictures, to take along. */
export function Downloads({ id, files }: DownloadsProps) {
  return (
    <p className="evaluation__files">
      <Download size={13} aria-hidden />
      {files.map((name) => (
        <a key={name} className="link" href={evaluationFileUrl(id, name)} download title={`Download ${name}`} data-testid={`download-${name}`}>
          {KINDS[name.split('.').pop() ?? ''] ?? name}
        </a>
      ))}
    </p>
  )
}
