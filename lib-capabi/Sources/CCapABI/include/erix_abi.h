/*
 * The constants of the ABI that assembly and C need. The Swift module CapABI is the definition;
 * the tests compare every value here with it.
 */
#ifndef ERIX_ABI_H
#define ERIX_ABI_H

/* System calls (rax). */
#define ERIX_SYSCALL_CALL 0x40
#define ERIX_SYSCALL_RECEIVE 0x41
#define ERIX_SYSCALL_REPLY 0x42
#define ERIX_SYSCALL_NOTIFY 0x43
#define ERIX_SYSCALL_REPLY_RECEIVE 0x44
#define ERIX_SYSCALL_QUERY_LOCAL_CAP 0x45
#define ERIX_SYSCALL_SAVE_REPLY 0x46
#define ERIX_SYSCALL_DROP_LOCAL_CAP 0x47
#define ERIX_SYSCALL_YIELD 0x48
#define ERIX_SYSCALL_ROOTD_REPORT 0x49
#define ERIX_SYSCALL_COPY_LOCAL_CAP 0x4A
#define ERIX_SYSCALL_MOVE_LOCAL_CAP 0x4B
#define ERIX_SYSCALL_REVOKE_LOCAL_CAP 0x4C

/* Message tag. */
#define ERIX_TAG_LENGTH_SHIFT 16
#define ERIX_TAG_CAPABILITY_COUNT_SHIFT 32
#define ERIX_TAG_FLAGS_SHIFT 40
#define ERIX_MESSAGE_REGISTER_BYTES 32
#define ERIX_MESSAGE_MAXIMUM_LENGTH 1024
#define ERIX_MESSAGE_MAXIMUM_CAPABILITIES 4

/* IPC buffer: offsets in bytes. */
#define ERIX_BUFFER_DEADLINE 0
#define ERIX_BUFFER_RECEIVE_SLOT_COUNT 8
#define ERIX_BUFFER_RECEIVE_SLOTS 16
#define ERIX_BUFFER_TRANSFER_TABLE 32
#define ERIX_BUFFER_PAYLOAD 256
#define ERIX_BUFFER_SIZE 4096

/* Debug exit. */
#define ERIX_DEBUG_EXIT_PORT 0xF4

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/* One entry of a message's transfer table. */
struct erix_transfer_entry {
  uint32_t slot;
  uint16_t mode;
  uint16_t reserved_mode;
  uint32_t rights;
  uint32_t reserved_rights;
  uint64_t badge;
};

/* The IPC buffer page. */
struct erix_ipc_buffer {
  uint64_t deadline;
  uint32_t receive_slot_count;
  uint32_t reserved_count;
  uint32_t receive_slots[ERIX_MESSAGE_MAXIMUM_CAPABILITIES];
  struct erix_transfer_entry transfer_table[ERIX_MESSAGE_MAXIMUM_CAPABILITIES];
  uint8_t reserved_header[128];
  uint8_t payload[ERIX_MESSAGE_MAXIMUM_LENGTH];
  uint8_t unused[2816];
};

/* A startup transfer descriptor. */
struct erix_transfer_descriptor {
  uint32_t slot;
  uint16_t type;
  uint16_t kind;
  uint32_t rights;
  uint16_t peer;
  uint16_t reserved;
  uint64_t badge;
};

_Static_assert(sizeof(struct erix_transfer_entry) == 24, "transfer entry size");
_Static_assert(offsetof(struct erix_transfer_entry, rights) == 8, "transfer entry rights");
_Static_assert(offsetof(struct erix_transfer_entry, badge) == 16, "transfer entry badge");
_Static_assert(offsetof(struct erix_ipc_buffer, deadline) == ERIX_BUFFER_DEADLINE, "deadline");
_Static_assert(
    offsetof(struct erix_ipc_buffer, receive_slot_count) == ERIX_BUFFER_RECEIVE_SLOT_COUNT,
    "receive slot count");
_Static_assert(
    offsetof(struct erix_ipc_buffer, receive_slots) == ERIX_BUFFER_RECEIVE_SLOTS, "receive slots");
_Static_assert(
    offsetof(struct erix_ipc_buffer, transfer_table) == ERIX_BUFFER_TRANSFER_TABLE,
    "transfer table");
_Static_assert(offsetof(struct erix_ipc_buffer, payload) == ERIX_BUFFER_PAYLOAD, "payload");
_Static_assert(sizeof(struct erix_ipc_buffer) == ERIX_BUFFER_SIZE, "buffer size");
_Static_assert(sizeof(struct erix_transfer_descriptor) == 24, "transfer descriptor size");
_Static_assert(offsetof(struct erix_transfer_descriptor, peer) == 12, "transfer descriptor peer");
_Static_assert(offsetof(struct erix_transfer_descriptor, badge) == 16, "transfer descriptor badge");
#endif

#endif
