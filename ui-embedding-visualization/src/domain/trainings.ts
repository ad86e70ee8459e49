/** How trainings and their runs are told to a person. */
import type { Training, TrainedRun } from '@/api/trainingTypes'
import { formatWhen } from './jobs'
import { countOf, joinKnown } from './track'

export const MOST_EPOCHS = 1000

/** `48 tracks · 8 genres · 16 artists` */
export function musicText({ n_tracks, n_genres, n_artists }: Training): string {
  return joinKnown(countOf(n_tracks, 'track'), countOf(n_genres, 'genre'), n_artists > 0 ? countOf(n_artists, 'artist') : 'artists unknown')
}

/** What is in the way apart from weights, which can be fetched from here. */
export const whyNotTrainable = ({ problem, missing }: Training): string | null => (missing === null ? problem : null)

/** A whole number of epochs, or null for what is none. */
export function parseEpochs(text: string): number | null {
  const epochs = Number(text)
  return Number.isInteger(epochs) && epochs >= 1 && epochs <= MOST_EPOCHS ? epochs : null
}

/** What a run was trained on: this library, or where its tables lie. */
export const sourceText = ({ source, name }: TrainedRun): string => (source === 'the library' ? 'This library' : (source ?? name))

/** `Nov 28, 2026, 10:04 AM · 48 tracks of 8 genres · epoch 12` */
export function runText({ ended_at, n_tracks, n_genres, best_epoch }: TrainedRun): string {
  const music = n_tracks !== null && n_genres !== null ? `${countOf(n_tracks, 'track')} of ${countOf(n_genres, 'genre')}` : null
  return joinKnown(formatWhen(ended_at), music, `best after ${countOf(best_epoch, 'epoch')}`)
}
