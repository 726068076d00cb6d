// Sets theme, language and direction before the first paint. Loaded as a classic script in <head>.
(() => {
  const query = new URLSearchParams(location.search);
  const chosen = (key: string, allowed: string[]) => {
    let stored: string | null = null;
    try {
      stored = localStorage.getItem(`inbox-${key}`);
    } catch {
      // Storage may be blocked; the page then starts with its defaults.
    }
    return [query.get(key), stored].find((value) => value !== null && allowed.includes(value));
  };
  const root = document.documentElement;
  root.dataset.theme = chosen('theme', ['light', 'dark']) ?? 'system';
  root.lang = chosen('locale', ['en', 'id']) ?? 'en';
  if (query.get('dir') === 'rtl') root.dir = 'rtl';
})();
