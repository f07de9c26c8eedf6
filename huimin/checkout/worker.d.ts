// The line that the server writes in front of service_worker.js (pages/till_app.py).
declare const KEPT: {
  version: string; // of everything that the app is made of
  files: string[]; // the addresses of all files to keep
  shell: string; // the page without anybody's name, to keep
  page: string; // the page that the shell stands for
};
