import { describe, expect, it } from 'vitest'
import { makeTrack } from '@/testing/fakeServer'
import { fileNameOf, moveEntry, toCsv, toJson, toM3u8 } from './playlist'

const TRACKS = [
  makeTrack('Björk/Homogenic/02 Jóga.mp3', { title: 'Jóga', artist: 'Björk', duration: 305.4, year: 1997, genre: 'pop' }),
  makeTrack('odd, "name".wav', { title: 'Line\nbreak', duration: null }),
]

describe('exports', () => {
  it('M3U8 has relative paths as they are, lengths in seconds, and one line a title', () => {
    expect(toM3u8('Sunday', TRACKS).split('\n')).toEqual([
      '#EXTM3U',
      '#PLAYLIST:Sunday',
      '#EXTINF:305,Björk - Jóga',
      'Björk/Homogenic/02 Jóga.mp3',
      '#EXTINF:-1,Unknown artist - Line break',
      'odd, "name".wav',
      '',
    ])
  })

  it('CSV quotes what a spreadsheet would trip over', () => {
    const rows = toCsv(TRACKS)
    expect(rows.startsWith('filename,title,artist,album,year,genre,duration\r\nBjörk/Homogenic/02 Jóga.mp3,Jóga,Björk,,1997,pop,305.4\r\n')).toBe(true)
    expect(rows).toContain('"odd, ""name"".wav","Line\nbreak"')
  })

  it('JSON can be read back', () => {
    const read = JSON.parse(toJson('Sunday', TRACKS)) as { name: string; tracks: { filename: string }[] }
    expect(read.name).toBe('Sunday')
    expect(read.tracks.map((track) => track.filename)).toEqual(TRACKS.map((track) => track.filename))
  })

  it('gives the file a name that every system takes', () => {
    expect(fileNameOf('AC/DC: best?', 'm3u8')).toBe('AC DC best.m3u8')
    expect(fileNameOf(' ', 'csv')).toBe('playlist.csv')
  })
})

it('an entry moves up and down, and the others close up', () => {
  expect(moveEntry(['a', 'b', 'c', 'd'], 0, 2)).toEqual(['b', 'c', 'a', 'd'])
  expect(moveEntry(['a', 'b', 'c', 'd'], 3, 0)).toEqual(['d', 'a', 'b', 'c'])
})
