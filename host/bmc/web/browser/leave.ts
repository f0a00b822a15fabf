// The way out: the page is loaded anew, so that nothing of the board stays on the screen or in memory.

const KEY = 'notice';

/** Ends everything and shows the login form, with this said above it. */
export function leave(notice: string): void {
  sessionStorage.setItem(KEY, notice);
  location.reload();
}

/** What was to be said, once. */
export function takeNotice(): string {
  const notice = sessionStorage.getItem(KEY) ?? '';
  sessionStorage.removeItem(KEY);
  return notice;
}
