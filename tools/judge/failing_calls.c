// LD_PRELOAD: of the calls that reach into the folder $FAULT_FOLDER, the one with number $FAULT_AT
// (from 1) fails, and those after it too if $FAULT_STAYS is set; errno is $FAULT_ERRNO. The
// program's end says how many there were, in the file $FAULT_COUNT.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int calls;

static int inside(const char* path) {
  const char* folder = getenv("FAULT_FOLDER");
  return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int descriptor_inside(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return inside(path);
}

static int fails(int counts) {
  if (!counts) return 0;
  const int number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
  const int at = atoi(getenv("FAULT_AT"));
  if (number != at && !(number > at && getenv("FAULT_STAYS"))) return 0;
  errno = atoi(getenv("FAULT_ERRNO"));
  return 1;
}

__attribute__((destructor)) static void tell(void) {
  const char* path = getenv("FAULT_COUNT");
  FILE* file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%d", calls);
  fclose(file);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void* data, size_t size) {
  return fails(descriptor_inside(fd)) ? -1 : NEXT(write)(fd, data, size);
}

ssize_t writev(int fd, const struct iovec* pieces, int count) {
  return fails(descriptor_inside(fd)) ? -1 : NEXT(writev)(fd, pieces, count);
}

ssize_t pread(int fd, void* data, size_t size, off_t offset) {
  return fails(descriptor_inside(fd)) ? -1 : NEXT(pread)(fd, data, size, offset);
}

ssize_t pread64(int fd, void* data, size_t size, off64_t offset) {
  return fails(descriptor_inside(fd)) ? -1 : NEXT(pread64)(fd, data, size, offset);
}

int close(int fd) {
  const int fail = fails(descriptor_inside(fd));
  const int why = errno;
  const int done = NEXT(close)(fd);
  if (fail) errno = why;
  return fail ? -1 : done;
}

int mkdir(const char* path, mode_t mode) {
  return fails(inside(path)) ? -1 : NEXT(mkdir)(path, mode);
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return fails(inside(path)) ? -1 : NEXT(open)(path, flags, mode);
}

int rename(const char* from, const char* to) {
  return fails(inside(to)) ? -1 : NEXT(rename)(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  if (flags && getenv("FAULT_NO_EXCHANGE")) {
    errno = EINVAL;
    return -1;
  }
  return fails(inside(to)) ? -1 : NEXT(renameat2)(from_folder, from, to_folder, to, flags);
}
