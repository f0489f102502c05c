/** Light or dark: as the system has it, until somebody says otherwise. */

const CHOICES = ['auto', 'light', 'dark'] as const;
const KEY = 'otel-causality-theme';

export function watchTheme(button: HTMLButtonElement, onChange: () => void): void {
  const root = document.documentElement;
  let choice: (typeof CHOICES)[number] = CHOICES.find((one) => one === remembered()) ?? 'auto';
  const apply = (): void => {
    if (choice === 'auto') delete root.dataset['theme'];
    else root.dataset['theme'] = choice;
    button.textContent = { auto: '◐ Auto', light: '☼ Light', dark: '☾ Dark' }[choice];
    button.setAttribute('aria-label', `Colours: ${choice}`);
    onChange();
  };
  button.addEventListener('click', () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? 'auto';
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // A page from a file may have no storage; then it forgets.
    }
    apply();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  apply();
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
