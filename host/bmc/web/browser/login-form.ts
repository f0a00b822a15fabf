import { bodyOf, refusalText, Refused, send } from './request.ts';
import { byId, setText } from './elements.ts';

const SESSIONS = '/redfish/v1/SessionService/Sessions';

/** The login form. The session is kept by a cookie that this script can't read. */
export function loginForm(loggedIn: () => void): void {
  const form = byId('login-form') as HTMLFormElement;
  const button = byId('log-in') as HTMLButtonElement;
  const [user, password] = [byId('user-name') as HTMLInputElement, byId('password') as HTMLInputElement];
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    setText(byId('login-notice'), '');
    try {
      const response = await send('POST', SESSIONS, { UserName: user.value, Password: password.value });
      const answer = await bodyOf(response);
      if (!response.ok) throw new Refused(response.status === 401 ? 'User name or password is wrong.' : refusalText(answer, response));
      password.value = '';
      loggedIn();
    } catch (error) {
      setText(byId('login-notice'), (error as Error).message);
      password.select();
    } finally {
      button.disabled = false;
    }
  });
}
