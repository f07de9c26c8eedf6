// The line that the server writes in front of service_worker.js (pages/app_files.py).
declare const KEPT: {
  version: string; // of everything that the page of the code is made of
  files: string[]; // the addresses of all files to keep
  page: string; // the page of the code, which is the same for everybody
};
