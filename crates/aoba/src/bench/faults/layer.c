/* A layer between a program and its files, for tests: it fails when it is told to, and remembers
 * what the disk would hold if the power went away now.
 *
 * Loaded with LD_PRELOAD. What lies below AOBA_LAYER_ROOT is watched; each operation that changes
 * something there is counted. AOBA_LAYER_FAULT says what happens at the one that has the number:
 *
 *     7:io     it fails as a broken disk does
 *     7:full   it fails as a full disk does
 *     7:power  the process ends there, as if the power had gone away
 *     count:F  nothing; the count is written into the file F at the end
 *
 * Below AOBA_LAYER_DISK stands what has been brought to the disk, and nothing else:
 *
 *     root     the key of the watched folder
 *     d-KEY    a folder as it was when it was last synced: kind, mode, key and name of each entry
 *     f-KEY    a file's bytes as they were when it was last synced
 *
 * A key is a file's number and when it was made: numbers are given again to later files. What is
 * there when the layer is first loaded counts as brought to the disk. Nothing is really synced:
 * the machine stays on.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static char root[PATH_MAX], disk[PATH_MAX], count_file[PATH_MAX];
static size_t root_length;
static atomic_ulong done;
static unsigned long fault_at;
static int fault; /* an error number; -1 for the power */
static pthread_mutex_t persisting = PTHREAD_MUTEX_INITIALIZER;

static int is_watched(const char *path) {
    return root_length && strncmp(path, root, root_length) == 0 &&
           (path[root_length] == '/' || path[root_length] == 0);
}

/* The path of an open file. */
static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

static int is_watched_fd(int fd) {
    char path[PATH_MAX];
    int before = errno;
    int watched = path_of(fd, path) && is_watched(path);
    errno = before;
    return watched;
}

/* A path given to a call, from the top. */
static int is_watched_at(int folder, const char *path) {
    char whole[2 * PATH_MAX];
    if (path[0] == '/') return is_watched(path);
    if (folder == AT_FDCWD) {
        if (!getcwd(whole, PATH_MAX)) return 0;
    } else if (!path_of(folder, whole)) {
        return 0;
    }
    strncat(whole, "/", 2);
    strncat(whole, path, PATH_MAX - 2);
    return is_watched(whole);
}

/* Counts an operation, and lets it fail when its turn has come. */
static int fails(void) {
    unsigned long number = atomic_fetch_add(&done, 1) + 1;
    if (number != fault_at) return 0;
    if (fault < 0) kill(getpid(), SIGKILL);
    errno = fault;
    return 1;
}

static int key_of(int folder, const char *name, int flags, char *key, struct statx *found) {
    if (statx(folder, name, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, found))
        return 0;
    snprintf(key, 80, "%llu-%lld-%u", (unsigned long long)found->stx_ino,
             (long long)found->stx_btime.tv_sec, found->stx_btime.tv_nsec);
    return 1;
}

static int begin(char *path) {
    static atomic_ulong files;
    snprintf(path, PATH_MAX, "%s/new-%d-%lu", disk, getpid(), atomic_fetch_add(&files, 1));
    return REAL(open)(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
}

static void end(int out, const char *aside, const char *kind, const char *key) {
    char place[PATH_MAX];
    snprintf(place, PATH_MAX, "%s/%s%s", disk, kind, key);
    close(out);
    REAL(rename)(aside, place);
}

/* Remembers a file's bytes. */
static void keep_file(const char *path, const char *key) {
    char aside[PATH_MAX], buffer[1 << 16];
    int in = REAL(open)(path, O_RDONLY | O_CLOEXEC), out;
    if (in < 0) return;
    out = begin(aside);
    ssize_t length;
    while (out >= 0 && (length = read(in, buffer, sizeof buffer)) > 0)
        if (REAL(write)(out, buffer, (size_t)length) != length) abort();
    close(in);
    if (out >= 0) end(out, aside, "f-", key);
}

/* Remembers which names a folder has. */
static void keep_folder(const char *path, const char *key) {
    char aside[PATH_MAX], line[PATH_MAX + 128], of_entry[80];
    DIR *folder = opendir(path);
    struct dirent *entry;
    struct statx found;
    if (!folder) return;
    int out = begin(aside);
    while (out >= 0 && (entry = readdir(folder))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        if (!key_of(dirfd(folder), entry->d_name, 0, of_entry, &found)) continue;
        int length = snprintf(line, sizeof line, "%c %o %s %s\n",
                              S_ISDIR(found.stx_mode) ? 'd' : 'f', found.stx_mode & 07777,
                              of_entry, entry->d_name);
        if (REAL(write)(out, line, (size_t)length) != length) abort();
    }
    closedir(folder);
    if (out >= 0) end(out, aside, "d-", key);
}

/* Remembers everything below a folder. */
static void keep_all(const char *path) {
    char key[80], inner[PATH_MAX];
    struct statx found;
    if (!key_of(AT_FDCWD, path, 0, key, &found)) return;
    if (!S_ISDIR(found.stx_mode)) {
        keep_file(path, key);
        return;
    }
    keep_folder(path, key);
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        if (snprintf(inner, PATH_MAX, "%s/%s", path, entry->d_name) < PATH_MAX) keep_all(inner);
    }
    if (folder) closedir(folder);
}

static int sync_one(int fd) {
    char path[PATH_MAX], key[80];
    struct statx found;
    if (fails()) return -1;
    pthread_mutex_lock(&persisting);
    if (path_of(fd, path) && key_of(fd, "", AT_EMPTY_PATH, key, &found)) {
        if (S_ISDIR(found.stx_mode)) {
            keep_folder(path, key);
        } else {
            /* By its number, not by its name, which may be gone. */
            snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
            keep_file(path, key);
        }
    }
    pthread_mutex_unlock(&persisting);
    return 0;
}

__attribute__((constructor)) static void load(void) {
    const char *where = getenv("AOBA_LAYER_ROOT"), *to = getenv("AOBA_LAYER_DISK");
    const char *asked = getenv("AOBA_LAYER_FAULT");
    char place[PATH_MAX], key[80];
    struct statx found;
    if (!where || !to || !asked) return;
    snprintf(root, PATH_MAX, "%s", where);
    snprintf(disk, PATH_MAX, "%s", to);
    if (!strncmp(asked, "count:", 6)) {
        snprintf(count_file, PATH_MAX, "%s", asked + 6);
    } else {
        const char *how = strchr(asked, ':');
        if (!how) abort();
        fault_at = strtoul(asked, NULL, 10);
        fault = !strcmp(how, ":io") ? EIO : !strcmp(how, ":full") ? ENOSPC : -1;
    }
    snprintf(place, PATH_MAX, "%s/root", disk);
    if (access(place, F_OK) != 0 && key_of(AT_FDCWD, root, 0, key, &found)) {
        keep_all(root);
        FILE *file = fopen(place, "w");
        if (!file || fputs(key, file) < 0 || fclose(file)) abort();
    }
    root_length = strlen(root);
}

__attribute__((destructor)) static void unload(void) {
    if (!count_file[0]) return;
    root_length = 0;
    FILE *file = fopen(count_file, "w");
    if (file) {
        fprintf(file, "%lu\n", atomic_load(&done));
        fclose(file);
    }
}

#define CHANGES(watched)                \
    do {                                \
        if ((watched) && fails()) return -1; \
    } while (0)

/* Opening changes something where it makes or empties a file. */
#define OPEN(name, folder, parameters, arguments)                                         \
    int name parameters {                                                                 \
        mode_t mode = 0;                                                                  \
        if (flags & (O_CREAT | __O_TMPFILE)) {                                            \
            va_list rest;                                                                 \
            va_start(rest, flags);                                                        \
            mode = va_arg(rest, mode_t);                                                  \
            va_end(rest);                                                                 \
        }                                                                                 \
        CHANGES((flags & (O_CREAT | O_TRUNC)) && is_watched_at(folder, path));            \
        return REAL(name) arguments;                                                      \
    }
OPEN(open, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, at, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPEN(openat64, at, (int at, const char *path, int flags, ...), (at, path, flags, mode))

#define WRITE(type, name, parameters, arguments) \
    type name parameters {                       \
        CHANGES(is_watched_fd(fd));              \
        return REAL(name) arguments;             \
    }
WRITE(ssize_t, write, (int fd, const void *bytes, size_t length), (fd, bytes, length))
WRITE(ssize_t, pwrite, (int fd, const void *bytes, size_t length, off_t at),
      (fd, bytes, length, at))
WRITE(ssize_t, pwrite64, (int fd, const void *bytes, size_t length, off64_t at),
      (fd, bytes, length, at))
WRITE(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
WRITE(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at),
      (fd, parts, count, at))
WRITE(int, ftruncate, (int fd, off_t length), (fd, length))
WRITE(int, ftruncate64, (int fd, off64_t length), (fd, length))

#define NAME(name, path, parameters, arguments)    \
    int name parameters {                          \
        CHANGES(is_watched_at(AT_FDCWD, path));    \
        return REAL(name) arguments;               \
    }
NAME(rename, to, (const char *from, const char *to), (from, to))
NAME(link, to, (const char *from, const char *to), (from, to))
NAME(unlink, path, (const char *path), (path))
NAME(rmdir, path, (const char *path), (path))
NAME(mkdir, path, (const char *path, mode_t mode), (path, mode))

int linkat(int old, const char *from, int new, const char *to, int flags) {
    CHANGES(is_watched_at(new, to));
    return REAL(linkat)(old, from, new, to, flags);
}

int unlinkat(int folder, const char *path, int flags) {
    CHANGES(is_watched_at(folder, path));
    return REAL(unlinkat)(folder, path, flags);
}

int fsync(int fd) { return is_watched_fd(fd) ? sync_one(fd) : REAL(fsync)(fd); }
int fdatasync(int fd) { return is_watched_fd(fd) ? sync_one(fd) : REAL(fdatasync)(fd); }

/* Copies are made by reading and writing, so that they are seen. */
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    (void)in, (void)from, (void)out, (void)to, (void)length, (void)flags;
    errno = ENOSYS;
    return -1;
}

ssize_t sendfile64(int out, int in, off64_t *from, size_t length) {
    (void)out, (void)in, (void)from, (void)length;
    errno = ENOSYS;
    return -1;
}
