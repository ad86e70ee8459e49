/** TanStack Query hooks of exports of the library. */
import { useQuery } from '@tanstack/react-query'
import { getJson } from './client'
import type { KeptExport } from './exportTypes'

const getExports = async (signal?: AbortSignal) => (await getJson<{ exports: KeptExport[] }>('/exports', signal)).exports

/** The newest first. */
export const useExports = () => useQuery({ queryKey: ['exports'], queryFn: ({ signal }) => getExports(signal) })

export const downloadUrl = ({ job_id: id }: KeptExport): string => `/exports/${id}`
