import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useEffect, useState, type FormEvent, type ReactNode } from 'react'
import { ApiError, sendToken } from '@/api/client'
import { Face } from '@/components/Face'
import './access.css'

const UNAUTHORIZED = 401

interface AccessGateProps {
  /** What needs a server that answers. */
  children: ReactNode
}

/** A field for the token instead of the app, once the server has asked for one. The link keeps the view. */
export function AccessGate({ children }: AccessGateProps) {
  const client = useQueryClient()
  const [refused, setRefused] = useState(false)
  useEffect(() => watchRefusals(client, () => setRefused(true)), [client])
  if (!refused) return children
  const open = () => {
    client.clear() // what was refused is asked for again
    setRefused(false)
  }
  return <TokenForm onOpen={open} />
}

const isRefusal = (error: unknown) => error instanceof ApiError && error.status === UNAUTHORIZED

/** Calls refuse for every query that the server has refused or will refuse. */
function watchRefusals(client: QueryClient, refuse: () => void): () => void {
  const cache = client.getQueryCache()
  if (cache.getAll().some((query) => isRefusal(query.state.error))) refuse()
  return cache.subscribe(({ type, query }) => {
    if (type === 'updated' && isRefusal(query.state.error)) refuse()
  })
}

/** Of what was typed or pasted: the token, which may stand in the address that Melodex prints. */
function tokenOf(text: string): string {
  const trimmed = text.trim()
  const address = URL.canParse(trimmed) ? new URL(trimmed) : null
  return address?.searchParams.get('token') ?? trimmed
}

interface TokenFormProps {
  /** The token was right. */
  onOpen: () => void
}

function TokenForm({ onOpen }: TokenFormProps) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    sendToken(tokenOf(text))
      .then(onOpen)
      .catch((error: unknown) => {
        setProblem(error instanceof Error ? error.message : String(error))
        setBusy(false)
      })
  }
  return (
    <main className="access" aria-label="Access">
      <Face icon={<KeyRound size={22} />} title="This library asks for a token" testId="access">
        <p>Paste the token, or the whole address, that Melodex printed when it started.</p>
        <form className="access__form" onSubmit={submit}>
          <label htmlFor="token">Access token</label>
          <input
            id="token"
            type="password"
            autoComplete="current-password"
            autoFocus
            required
            pattern=".*\S.*"
            value={text}
            onChange={(event) => setText(event.target.value)}
            aria-invalid={problem !== null}
            aria-describedby={problem ? 'token-problem' : undefined}
            data-testid="access-token"
          />
          {problem && (
            <p id="token-problem" className="access__problem" role="alert">
              {problem}
            </p>
          )}
          <button type="submit" className="button button--main" disabled={busy} data-testid="access-submit">
            Open library
          </button>
        </form>
      </Face>
    </main>
  )
}
