// Starts the page: shows the chosen theme, then loads the program that Trunk names in its preload links.
// An external file, because the Content-Security-Policy allows no script inside the document.

const stop = (message) => {
  const place = document.getElementById("start");
  if (place) {
    place.setAttribute("role", "alert");
    place.textContent = message;
  }
};

try {
  const theme = localStorage.getItem("outcry.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's theme it is.
}

if (typeof WebAssembly !== "object") {
  stop("This browser has no WebAssembly, or it is turned off. Outcry needs it.");
} else {
  try {
    const script = document.querySelector('link[rel="modulepreload"]').href;
    const program = document.querySelector('link[rel="preload"][as="fetch"]').href;
    const { default: init } = await import(script);
    await init({ module_or_path: program });
  } catch (error) {
    stop(`The page could not be loaded: ${error.message}. Check the connection and reload.`);
    throw error;
  }
}
