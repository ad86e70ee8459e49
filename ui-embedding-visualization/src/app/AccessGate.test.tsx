import { act, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createQueryClient } from '@/api/queries'
import { changeView, DEFAULT_VIEW, getView } from '@/state/view'
import { LIBRARY, serve, type Routes } from '@/testing/fakeServer'
import { App } from './App'

const TOKEN = 'a-token-that-nobody-guesses'
const ASKS = { status: 401, body: { error: 'This library asks for a token.', choices: null, request_id: null } }
const WRONG = { status: 401, body: { error: 'This is not the token.', choices: null, request_id: null } }

/** A server that answers nothing before it has got its token. */
function guard() {
  const door = { open: false }
  const routes: Routes = {
    '/': () => {
      door.open = asked.at(-1) === `/?token=${TOKEN}`
      return Promise.resolve(door.open ? { body: '<!doctype html>' } : WRONG)
    },
  }
  for (const [path, answer] of Object.entries(LIBRARY)) {
    routes[path] = () => (!door.open ? Promise.resolve(ASKS) : typeof answer === 'function' ? answer() : Promise.resolve(answer))
  }
  const asked = serve(routes)
  return door
}

/** Pages are read when they are first shown. */
const PATIENCE = { timeout: 20_000 }

afterEach(() => vi.unstubAllGlobals())

describe('a library with a token', () => {
  it.each([
    ['the token', TOKEN],
    ['the token with space around it', `  ${TOKEN} `],
    ['the address that the server prints', `http://music.example.org:3000/?token=${TOKEN}`],
    ['a link with a view', `http://localhost:3000/?page=jobs&token=${TOKEN}`],
  ])('opens with %s, and shows the view of the link', async (_, typed) => {
    guard()
    changeView({ ...DEFAULT_VIEW, page: 'library', find: 'ann', model: 'musicnn', variant: 'mtat' }, 'amend')
    render(<App />)
    const field = await screen.findByLabelText('Access token')
    expect(screen.getByRole('heading', { name: 'This library asks for a token' })).toBeInTheDocument()
    expect(field).toHaveFocus()
    await userEvent.type(field, typed)
    await userEvent.click(screen.getByRole('button', { name: 'Open library' }))
    expect(await screen.findByText(/2 of 4 tracks/, {}, PATIENCE)).toBeInTheDocument()
    expect(getView()).toMatchObject({ page: 'library', find: 'ann', model: 'musicnn' })
    expect(window.location.href).not.toContain(TOKEN)
  })

  it('says that a token is wrong, and takes the right one after it', async () => {
    guard()
    changeView({ ...DEFAULT_VIEW, page: 'library' }, 'amend')
    render(<App />)
    const field = await screen.findByLabelText('Access token')
    await userEvent.type(field, 'of-yesterday{Enter}')
    expect(await screen.findByRole('alert')).toHaveTextContent('This is not the token.')
    expect(field).toHaveAccessibleDescription('This is not the token.')
    await userEvent.clear(field)
    await userEvent.type(field, `${TOKEN}{Enter}`)
    expect(await screen.findByTestId('library-table', {}, PATIENCE)).toBeInTheDocument()
  })

  it('asks again when the server has another token meanwhile, and not before', async () => {
    const door = guard()
    door.open = true
    const client = createQueryClient()
    changeView({ ...DEFAULT_VIEW, page: 'library' }, 'amend')
    render(<App client={client} />)
    expect(await screen.findByTestId('library-table', {}, PATIENCE)).toBeInTheDocument()
    expect(screen.queryByLabelText('Access token')).toBeNull()
    door.open = false
    act(() => void client.invalidateQueries())
    await waitFor(() => expect(screen.getByLabelText('Access token')).toBeInTheDocument())
  })
})
