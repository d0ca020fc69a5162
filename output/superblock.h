/* The first bytes of an HDF5 file. */

#ifndef ULAM_SUPERBLOCK_H
#define ULAM_SUPERBLOCK_H

#include <ulam/bytes.h>

/* Makes a file's image one that may be opened: H5Fget_file_image() clears the mark "open for writing" and, in HDF5 1.10,
 * leaves the checksum over it as it was. Files without such a checksum are left alone. */
void ulam_superblock_mend(ulam_bytes *image);

#endif
