import { RefreshCw } from 'lucide-react'
import { isUnfinished, useJobActions, useJobs } from '@/api/jobQueries'
import type { ModelInfo } from '@/api/types'
import { keyOf, nameOf } from '@/domain/jobs'
import { isRenewalOf, outdatedText } from '@/domain/renewals'
import { tellError } from '@/state/notices'

/** Models with tracks that were analyzed with other weights than those in use now; nothing where there are none. */
export function Renewals({ models }: { models: readonly ModelInfo[] }) {
  const outdated = models.filter((info) => info.outdated.length > 0)
  if (outdated.length === 0) return null
  return (
    <ul className="renewals" aria-label="Outdated analyses">
      {outdated.map((info) => (
        <Renewal key={keyOf(info)} info={info} />
      ))}
    </ul>
  )
}

function Renewal({ info }: { info: ModelInfo }) {
  const { start } = useJobActions()
  const renewing = useJobs().data?.jobs.some((job) => isUnfinished(job) && isRenewalOf(info, job)) ?? false
  const renew = () => void start('extract', { models: [keyOf(info)], renew: true }).catch(tellError)
  return (
    <li data-testid="renewal" data-key={keyOf(info)}>
      <p>
        <strong>{nameOf(info)}</strong> {outdatedText(info)}
      </p>
      <button type="button" className="button" aria-label={`${renewing ? 'Under way' : 'Renew'}: ${nameOf(info)}`} disabled={renewing} onClick={renew} data-testid="renew">
        <RefreshCw size={14} aria-hidden /> {renewing ? 'Under way…' : 'Renew'}
      </button>
    </li>
  )
}
