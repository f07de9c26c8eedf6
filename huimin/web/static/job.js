// Moves the bar of a job that is under way, and shows the page anew when it has ended.
const bar = document.querySelector("progress[data-job]");
const words = document.getElementById("job-words");

async function look() {
  try {
    const answer = await fetch(bar.dataset.job, { headers: { Accept: "application/json" } });
    const job = await answer.json();
    if (job.state !== "running") return location.reload();
    if (job.total_count) {
      bar.max = job.total_count;
      bar.value = job.done_count;
      const counts = `${job.done_count.toLocaleString()} / ${job.total_count.toLocaleString()}`;
      words.textContent = `${job.step} ${counts}`;
    }
  } catch {
    // The server can't be reached just now; the next look may.
  }
  return setTimeout(look, 700);
}

if (bar) setTimeout(look, 400);
