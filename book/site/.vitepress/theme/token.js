const KEY = 'fathom-run'

/**
 * What lets this reader run cells: part of the address that "fathom book" prints, behind the #, which no server and no other
 * page sees. Null where the site is served without running.
 */
export function runToken() {
  const found = /^#run=([0-9a-f]{16,})$/.exec(location.hash)
  if (found) {
    localStorage.setItem(KEY, found[1])
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return localStorage.getItem(KEY)
}
