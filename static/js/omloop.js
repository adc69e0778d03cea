// The little that needs a script. Every page works without it; nothing here is inline or evaluated.
"use strict";

(() => {
  const BUSY_FOR_MS = 15000; // a download leaves the page standing: the button must come back
  const WAIT_FOR_SAVE_MS = 3000; // a save that takes longer is not waited for

  // Ask before a form with data-confirm is sent. Without this script the server asks, on a page of its own.
  const dialog = document.getElementById("confirm-dialog");
  let waiting = null;

  function question(form, submitter) {
    return submitter?.dataset.confirm || form.dataset.confirm;
  }

  function ask(form, submitter) {
    waiting = { form, submitter };
    dialog.querySelector("#confirm-question").textContent = question(form, submitter);
    dialog.showModal();
  }

  function send({ form, submitter }) {
    const confirmed = document.createElement("input");
    Object.assign(confirmed, { type: "hidden", name: "confirmed", value: "1" });
    confirmed.dataset.answered = "";
    form.append(confirmed);
    form.requestSubmit(submitter);
  }

  dialog?.addEventListener("close", () => {
    const held = waiting;
    waiting = null;
    if (held && dialog.returnValue === "yes") send(held);
    dialog.returnValue = "";
  });

  // One click, one request. aria-disabled and not disabled: a disabled button would lose its name and value.
  function release(form) {
    delete form.dataset.sending;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    form.querySelectorAll("[data-answered]").forEach((input) => input.remove());
  }

  function keepBusy(form, submitter) {
    form.dataset.sending = "1";
    submitter?.setAttribute("aria-disabled", "true");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method")?.toLowerCase() !== "post" || event.defaultPrevented) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    const answered = form.querySelector("[data-answered]");
    if (dialog?.showModal && question(form, event.submitter) && !answered) {
      event.preventDefault();
      ask(form, event.submitter);
      return;
    }
    keepBusy(form, event.submitter);
    if (saves.get(form)?.size) {
      event.preventDefault();
      sendAfterSaving(form, event.submitter);
      return;
    }
    setTimeout(() => release(form), BUSY_FOR_MS);
  });

  // A save under way ends before its form is sent, and none begins after: one that reached the server behind
  // the form would make the next step look as if somebody else had changed the case.
  const saves = new WeakMap(); // form to the set of its requests under way
  const held = new WeakMap(); // form to what sends it

  function sendAfterSaving(form, submitter) {
    const go = () => {
      if (!held.delete(form)) return;
      saves.delete(form);
      delete form.dataset.sending;
      form.requestSubmit(submitter);
    };
    held.set(form, go);
    setTimeout(go, WAIT_FOR_SAVE_MS);
  }

  // Here and not before the request itself: by then the save under way has been broken off for the new one.
  document.addEventListener("htmx:config:request", (event) => {
    if (sender(event)?.closest?.("form")?.dataset.sending) event.preventDefault();
  });
  document.addEventListener("htmx:before:request", (event) => {
    const form = sender(event)?.closest?.("form");
    if (!form) return;
    if (!saves.has(form)) saves.set(form, new Set());
    saves.get(form).add(event.detail?.ctx);
    say(form, "saving");
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const form = sender(event)?.closest?.("form");
    const underWay = form && saves.get(form);
    if (!underWay?.delete(event.detail?.ctx) || underWay.size) return;
    held.get(form)?.();
  });

  // Coming back with the browser's own button shows the page as it was left: busy.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sending]").forEach(release);
  });

  // Lines that repeat. Numbers of lines that were taken away are not used again: the server reads gaps.
  function rememberHighest(group) {
    const used = [...group.querySelectorAll("[data-line] [name]")].map((field) => {
      const match = field.name.match(/-(\d+)-/);
      return match ? Number(match[1]) : -1;
    });
    const highest = Math.max(Number(group.dataset.highest ?? -1), ...used);
    group.dataset.highest = String(highest);
    return highest;
  }

  function addLine(group) {
    const holder = document.createElement("div");
    const template = group.querySelector(":scope > template");
    const lines = group.querySelector("[data-lines]");
    holder.innerHTML = template.innerHTML
      .replaceAll("__index__", String(rememberHighest(group) + 1))
      .replaceAll("__number__", String(lines.children.length + 1));
    const line = holder.firstElementChild;
    lines.append(line);
    window.htmx?.process(line);
    line.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }

  function removeLine(button) {
    const line = button.closest("[data-line]");
    const group = line.closest("[data-repeating]");
    rememberHighest(group);
    line.remove();
    group.querySelector("[data-add-line]").focus();
    group.dispatchEvent(new Event("change", { bubbles: true })); // so that autosave and sums notice
  }

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-line]");
    const remove = event.target.closest("[data-remove-line]");
    if (!add && !remove) return;
    event.preventDefault();
    if (add) addLine(add.closest("[data-repeating]"));
    else removeLine(remove);
  });

  // Autosave: htmx sends the form, this says how it went.
  function say(source, state) {
    const form = source?.closest?.("form");
    const status = form?.querySelector("[data-autosave]");
    if (!status) return;
    status.dataset.state = state;
    status.textContent = status.dataset[state];
  }

  const sender = (event) => event.detail?.ctx?.sourceElement ?? event.target;
  document.addEventListener("htmx:after:request", (event) => {
    const answer = event.detail?.ctx?.response?.raw;
    // A redirect leads to the sign-in page: the session has ended and nothing was saved.
    say(sender(event), answer?.ok && !answer.redirected ? "saved" : "failed");
  });
  document.addEventListener("htmx:error", (event) => say(sender(event), "failed"));

  // Print
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
