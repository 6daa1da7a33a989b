// Stands between the engine worker and its IndexedDB: the same worker, and one call that fails as a browser's may.
//
// Put into the worker's start script by `stage.rs`, in place of PLAN what was asked for:
//   fail: { call: k, manner } - the k-th call from now on fails;
//   planted: [names] - the bugs that the checks have to notice.
// While it runs it takes a new `fail` from a broadcast channel and tells there what it did.
{
    const plan = PLAN;
    const planted = name => plan.planted.includes(name);
    const channel = new BroadcastChannel("outcry-faults");
    const native = {
        get: IDBObjectStore.prototype.get,
        transaction: IDBDatabase.prototype.transaction,
        error: name => new DOMException("a planted fault", name),
    };
    let fail = plan.fail;
    channel.onmessage = ({ data }) => {
        if (!data.arm) return;
        fail = data.arm.fail;
        channel.postMessage({ armed: data.arm.ticket });
    };

    // Whether this call is the one that fails; then nobody is next.
    const struck = (name, stores) => {
        if (!fail || --fail.call > 0) return null;
        const { manner } = fail;
        fail = null;
        channel.postMessage({ struck: { call: name, stores, manner } });
        return manner;
    };

    // Keeps a transaction alive by reading until `until` holds, then calls `then`.
    const hold = (transaction, until, then) => {
        const store = transaction.objectStore(transaction.objectStoreNames[0]);
        const again = () => {
            if (until()) return then();
            native.get.call(store, 0).addEventListener("success", again);
        };
        again();
    };

    // Lets a transaction fail for this reason. The abort is a real one: nothing of it stays.
    const abort = (transaction, name) => {
        Object.defineProperty(transaction, "error", { get: () => native.error(name) });
        transaction.abort();
    };

    // As a full disk does it: every request succeeds, and then the transaction is given up.
    const abortLast = transaction => {
        let rounds = 4;
        hold(transaction, () => --rounds < 0, () => abort(transaction, "QuotaExceededError"));
    };

    for (const name of ["put", "add", "delete", "clear", "get", "getAll", "getAllKeys", "getKey", "count", "openCursor"]) {
        const call = IDBObjectStore.prototype[name];
        IDBObjectStore.prototype[name] = function (...given) {
            const manner = struck(name, [this.name]);
            if (manner === "throw") throw native.error("UnknownError");
            const request = call.apply(this, given);
            if (manner === "abort") abortLast(this.transaction);
            if (manner === "error") {
                Object.defineProperty(request, "error", { get: () => native.error("UnknownError") });
                abort(this.transaction, "UnknownError");
            }
            if (planted("ack-before-complete") && name === "put" && this.transaction.held && this.name === "exchanges") {
                request.addEventListener("success", () => this.transaction.oncomplete?.(new Event("complete")));
            }
            return request;
        };
    }

    IDBDatabase.prototype.transaction = function (...given) {
        const stores = [given[0]].flat();
        const manner = struck("transaction", stores);
        if (manner === "throw") throw native.error("InvalidStateError");
        const transaction = native.transaction.apply(this, given);
        if (planted("abort-ignored") && transaction.mode === "readwrite") {
            // Before the listeners of whoever asked for it.
            transaction.addEventListener("abort", event => {
                event.stopImmediatePropagation();
                transaction.oncomplete?.(new Event("complete"));
            });
        }
        if (manner) abortLast(transaction);
        if (planted("ack-before-complete") && given[1] === "readwrite" && stores.includes("chunks")) {
            transaction.held = true;
            const until = performance.now() + 1500;
            hold(transaction, () => performance.now() > until, () => {});
        }
        return transaction;
    };

    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (...given) {
        const manner = struck("open", []);
        if (manner === "throw") throw native.error("UnknownError");
        if (!manner) return open.apply(this, given);
        const request = new EventTarget();
        request.error = native.error(manner === "abort" ? "QuotaExceededError" : "UnknownError");
        setTimeout(() => request.onerror?.(new Event("error")));
        return request;
    };

    // The theft of a lock is never told: a tab that was frozen while it happened, or a browser without locks.
    if (planted("deaf")) {
        const request = LockManager.prototype.request;
        LockManager.prototype.request = function (name, options, granted) {
            let held = false;
            const whole = request.call(this, name, options, lock => {
                held = true;
                return granted(lock);
            });
            return new Promise((resolve, reject) => whole.then(resolve, error => held || reject(error)));
        };
    }

    // An append that does not look at the epoch: it finds the one with which its exchange was opened.
    if (planted("no-epoch")) {
        const result = Object.getOwnPropertyDescriptor(IDBRequest.prototype, "result");
        const known = new Map();
        Object.defineProperty(IDBRequest.prototype, "result", {
            get() {
                const value = result.get.call(this);
                if (this.source?.name !== "exchanges" || value?.epoch === undefined) return value;
                const append = this.transaction.mode === "readwrite" && this.transaction.objectStoreNames.contains("chunks");
                if (append && known.has(value.id)) value.epoch = known.get(value.id);
                // Raising it is left alone: whoever takes over reads it afterwards.
                else if (append || this.transaction.mode === "readonly") known.set(value.id, value.epoch);
                return value;
            },
        });
    }
}
