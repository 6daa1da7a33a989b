// Put into every document before its own scripts: keeps hold of the engine workers, and notes what the page says that
// is wrong and what the planted faults did.
window.engines = [];
window.Worker = class extends Worker {
    constructor(...given) {
        super(...given);
        window.engines.push(this);
    }
};
window.struck = [];
window.armed = [];
window.faults = new BroadcastChannel("outcry-faults");
window.faults.onmessage = ({ data }) => {
    if (data.struck) window.struck.push(data.struck);
    if (data.armed) window.armed.push(data.armed);
};
window.told = [];
new MutationObserver(() => {
    const tell = words => window.told.includes(words) || window.told.push(words);
    const storage = document.querySelector("[data-testid=storage]");
    if (storage && storage.dataset.storage !== "good") tell(`storage ${storage.dataset.storage}: ${storage.title || storage.innerText}`);
    for (const notice of document.querySelectorAll("[data-testid=notice]")) tell(`notice: ${notice.innerText}`);
    const session = document.querySelector("[data-testid=session]");
    if (session && !["opening", "starting", "open"].includes(session.dataset.session)) tell(`${session.dataset.session}: ${session.innerText}`);
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
