// TABLE
// One row per rule of the bootloader->kernel handoff: the change that breaks it, the refusal.

import Handoff
import HandoffTesting

extension Refusal {
  static let header = [
    Refusal("magic", at: 0, UInt8(0x46), .badMagic(found: 0x4E4B_4C42_5849_5246)),
    Refusal("major", at: 8, UInt16(2), .unsupportedVersion(major: 2, minor: 0)),
    Refusal("newer minor", at: 10, UInt16(1), .unsupportedVersion(major: 1, minor: 1)),
    Refusal(
      "total size above the limit", at: 12, UInt32(0x10_0001),
      .tooLarge(size: 0x10_0001, limit: 0x10_0000)),
    Refusal(
      "total size at the limit", at: 12, UInt32(0x10_0000),
      .truncated(needed: 0x10_0000, available: 824)),
    Refusal("total size too small", at: 12, UInt32(823), .trailing(offset: 823, count: 1)),
    Refusal(
      "fixed size", at: 16, UInt32(288),
      .wrongHeaderField(offset: 16, found: 288, expected: 280)),
    Refusal(
      "table count", at: 20, UInt32(4), .wrongHeaderField(offset: 20, found: 4, expected: 5)),
    Refusal("header flags", at: 24, UInt32(1), .unknownFlags(offset: 24, found: 1)),
    Refusal("header reserved", at: 31, UInt8(1), .nonzeroReserved(offset: 31)),
    Refusal(
      "table offset", at: 48, UInt32(472),
      .wrongHeaderField(offset: 48, found: 472, expected: 464)),
    Refusal(
      "count that does not fill the file", at: 100, UInt32(1),
      .wrongHeaderField(offset: 12, found: 824, expected: 808)),
    Refusal(
      "count above the limit", at: 36, UInt32(4097),
      .tooManyEntries(table: 0, count: 4097, limit: 4096)),
    Refusal(
      "count below the minimum", at: 36, UInt32(0),
      .tooFewEntries(table: 0, count: 0, minimum: 1)),
    Refusal(
      "entry size", at: 40, UInt32(32), .wrongHeaderField(offset: 40, found: 32, expected: 24)),
    Refusal("directory reserved", at: 44, UInt8(1), .nonzeroReserved(offset: 44)),
  ]

  static let info = [
    Refusal("presence bit", at: 112, UInt32(0x1F), .unknownFlags(offset: 112, found: 0x1F)),
    Refusal(
      "continuity alone", at: 112, UInt32(0xE), .invalidValue(offset: 112, found: 0xE)),
    Refusal("info reserved", at: 116, UInt8(1), .nonzeroReserved(offset: 116)),
    Refusal(
      "direct map below the upper half", at: 120, UInt64(0x1000),
      .invalidValue(offset: 120, found: 0x1000)),
    Refusal(
      "direct map not aligned", at: 120, PageRange.upperHalf + 8,
      .invalidValue(offset: 120, found: PageRange.upperHalf + 8)),
    Refusal("direct map empty", at: 128, UInt64(0), .invalidValue(offset: 128, found: 0)),
    Refusal("direct map odd", at: 128, UInt64(0x1001), .invalidValue(offset: 128, found: 0x1001)),
    Refusal(
      "direct map wraps", at: 128, UInt64(1) << 48,
      .invalidValue(offset: 128, found: 1 << 48)),
    Refusal("entry outside", at: 136, UInt64(0x1000), .missing(table: 3)),
    Refusal(
      "entry in data", at: 136, BootloaderContents.kernelBase + 0x2000, .missing(table: 3)),
    Refusal("RSDP 0", at: 144, UInt64(0), .invalidValue(offset: 144, found: 0)),
    Refusal("RSDP revision", at: 152, UInt32(256), .invalidValue(offset: 152, found: 256)),
    Refusal("RSDP reserved", at: 156, UInt8(1), .nonzeroReserved(offset: 156)),
    Refusal("RSDP absent", at: 112, UInt32(0xB), .nonzeroReserved(offset: 144)),
    Refusal("UTC absent", at: 112, UInt32(0x7), .nonzeroReserved(offset: 160)),
    Refusal("framebuffer absent", at: 112, UInt32(0xC), .nonzeroReserved(offset: 179)),
    Refusal("continuity absent", at: 112, UInt32(0xD), .nonzeroReserved(offset: 208)),
    Refusal("framebuffer at 0", at: 176, UInt64(0), .invalidValue(offset: 176, found: 0)),
    Refusal(
      "framebuffer too small", at: 184, UInt64(0x2F_FFFF),
      .invalidValue(offset: 184, found: 0x2F_FFFF)),
    Refusal(
      "framebuffer past the limit", at: 184, UInt64.max,
      .invalidValue(offset: 184, found: .max)),
    Refusal("width 0", at: 192, UInt32(0), .invalidValue(offset: 192, found: 0)),
    Refusal("width", at: 192, UInt32(0x1_0000), .invalidValue(offset: 192, found: 0x1_0000)),
    Refusal("height 0", at: 196, UInt32(0), .invalidValue(offset: 196, found: 0)),
    Refusal("stride short", at: 200, UInt32(4092), .invalidValue(offset: 200, found: 4092)),
    Refusal("stride odd", at: 200, UInt32(4098), .invalidValue(offset: 200, found: 4098)),
    Refusal("pixel format", at: 204, UInt32(3), .invalidValue(offset: 204, found: 3)),
    Refusal("cursor row", at: 208, UInt32(768), .invalidValue(offset: 208, found: 768)),
    Refusal("cursor column", at: 212, UInt32(1024), .invalidValue(offset: 212, found: 1024)),
    Refusal("continuity reserved", at: 220, UInt8(1), .nonzeroReserved(offset: 220)),
    Refusal("entropy source", at: 224, UInt32(5), .invalidValue(offset: 224, found: 5)),
    Refusal("entropy by kernel", at: 224, UInt32(4), .invalidValue(offset: 224, found: 4)),
    Refusal("seed without source", at: 224, UInt32(0), .nonzeroReserved(offset: 232)),
    Refusal(
      "source without seed", [(232, [UInt8](repeating: 0, count: 64))],
      .invalidValue(offset: 232, found: 0)),
    Refusal("entropy reserved", at: 228, UInt8(1), .nonzeroReserved(offset: 228)),
    Refusal("image version 0", at: 360, UInt64(0), .invalidValue(offset: 360, found: 0)),
    Refusal("profile", at: 368, UInt32(4), .invalidValue(offset: 368, found: 4)),
    Refusal("identity reserved", at: 372, UInt8(1), .nonzeroReserved(offset: 372)),
    Refusal("switch flags", at: 376, UInt32(8), .unknownFlags(offset: 376, found: 8)),
    Refusal("force-fail role", at: 380, UInt16(9), .invalidValue(offset: 380, found: 9)),
    Refusal("switches reserved", at: 382, UInt8(1), .nonzeroReserved(offset: 382)),
    Refusal(
      "leave-out mask", at: 384, UInt64(1) << 18, .unknownFlags(offset: 384, found: 1 << 18)),
  ]

  static let regions = [
    Refusal("region base", at: 392, UInt64(0x1001), .invalidValue(offset: 392, found: 0x1001)),
    Refusal(
      "region base past the limit", at: 392, UInt64(1) << 52,
      .invalidValue(offset: 392, found: 1 << 52)),
    Refusal("region empty", at: 400, UInt64(0), .invalidValue(offset: 400, found: 0)),
    Refusal("region wraps", at: 400, UInt64.max, .invalidValue(offset: 400, found: .max)),
    Refusal("region kind", at: 408, UInt32(12), .invalidValue(offset: 408, found: 12)),
    Refusal("region kind 0", at: 408, UInt32(0), .invalidValue(offset: 408, found: 0)),
    Refusal("region reserved", at: 412, UInt8(1), .nonzeroReserved(offset: 412)),
    Refusal("region order", at: 416, UInt64(0), .outOfOrder(table: 0, entry: 1)),
    Refusal("region overlap", at: 416, UInt64(0x1000), .overlap(table: 0, entry: 1)),
    Refusal("reservation base", at: 464, UInt64(1), .invalidValue(offset: 464, found: 1)),
    Refusal("reservation kind", at: 480, UInt32(8), .invalidValue(offset: 480, found: 8)),
    Refusal("reservation reserved", at: 484, UInt8(1), .nonzeroReserved(offset: 484)),
    Refusal("reservation order", at: 488, UInt64(0), .outOfOrder(table: 1, entry: 1)),
    Refusal("reservation overlap", at: 488, UInt64(0x10_2000), .overlap(table: 1, entry: 1)),
  ]

  static let contents = [
    Refusal("kernel as module", at: 536, UInt16(1), .invalidValue(offset: 536, found: 1)),
    Refusal("module family", at: 536, UInt16(7), .invalidValue(offset: 536, found: 7)),
    Refusal("service without role", at: 538, UInt16(0), .invalidValue(offset: 538, found: 0)),
    Refusal("boot-config with role", at: 634, UInt16(1), .invalidValue(offset: 634, found: 1)),
    Refusal("module reserved", at: 540, UInt8(1), .nonzeroReserved(offset: 540)),
    Refusal("module without name", at: 544, UInt8(0), .invalidValue(offset: 544, found: 0)),
    Refusal("module name", at: 544, UInt8(0x4D), .invalidValue(offset: 544, found: 0x4D)),
    Refusal("byte after the name", at: 575, UInt8(0x61), .invalidValue(offset: 575, found: 0x61)),
    Refusal("module at 0", at: 576, UInt64(0), .invalidValue(offset: 576, found: 0)),
    Refusal("module not aligned", at: 576, UInt64(8), .invalidValue(offset: 576, found: 8)),
    Refusal("module empty", at: 584, UInt64(0), .invalidValue(offset: 584, found: 0)),
    Refusal("module wraps", at: 584, UInt64.max, .invalidValue(offset: 584, found: .max)),
    Refusal("module window", at: 592, UInt64(0x1000), .invalidValue(offset: 592, found: 0x1000)),
    Refusal(
      "module window wraps", at: 592, UInt64.max - 0xFFF,
      .invalidValue(offset: 592, found: .max - 0xFFF)),
    Refusal("module outside", at: 576, UInt64(0x12_0000), .unreserved(table: 2, entry: 0)),
    Refusal("module reaches out", at: 584, UInt64(0x4001), .unreserved(table: 2, entry: 0)),
    Refusal("modules share a page", at: 672, UInt64(0x11_1000), .overlap(table: 2, entry: 1)),
    Refusal(
      "windows share a page", at: 688, BootloaderContents.windowBase + 0x1000,
      .overlap(table: 2, entry: 1)),
    Refusal(
      "window on the kernel", at: 592, BootloaderContents.kernelBase - 0x1000,
      .overlap(table: 3, entry: 0)),
    Refusal(
      "window on a later segment", at: 688, BootloaderContents.kernelBase + 0x2000,
      .overlap(table: 3, entry: 1)),
    Refusal(
      "segments share a page", at: 760, UInt64(0x10_1000), .overlap(table: 3, entry: 1)),
    Refusal(
      "module order", [(536, [6, 0, 0, 0])], .outOfOrder(table: 2, entry: 1)),
    Refusal("two of one role", [(632, [3, 0, 2, 0])], .duplicate(table: 2, entry: 1)),
    Refusal("two boot-configs", [(536, [5, 0, 0, 0])], .duplicate(table: 2, entry: 1)),
    Refusal("no boot-config", at: 632, UInt16(6), .missing(table: 2)),
    Refusal("segment physical", at: 728, UInt64(1), .invalidValue(offset: 728, found: 1)),
    Refusal("segment virtual", at: 736, UInt64(0x1000), .invalidValue(offset: 736, found: 0x1000)),
    Refusal("segment empty", at: 744, UInt64(0), .invalidValue(offset: 744, found: 0)),
    Refusal("segment huge", at: 744, UInt64.max, .invalidValue(offset: 744, found: .max)),
    Refusal("segment right", at: 752, UInt32(0x80), .unknownFlags(offset: 752, found: 0x80)),
    Refusal("segment W+X", at: 752, UInt32(0x38), .invalidValue(offset: 752, found: 0x38)),
    Refusal("segment unreadable", at: 752, UInt32(0x20), .invalidValue(offset: 752, found: 0x20)),
    Refusal("segment reserved", at: 756, UInt8(1), .nonzeroReserved(offset: 756)),
    Refusal("segment outside", at: 728, UInt64(0x11_0000), .unreserved(table: 3, entry: 0)),
    Refusal(
      "segment overlap", at: 768, BootloaderContents.kernelBase + 0x1000,
      .overlap(table: 3, entry: 1)),
    Refusal(
      "segment order", at: 768, BootloaderContents.kernelBase - 0x1000,
      .outOfOrder(table: 3, entry: 1)),
    Refusal("phase", at: 792, UInt32(9), .invalidValue(offset: 792, found: 9)),
    Refusal("phase reserved", at: 796, UInt8(1), .nonzeroReserved(offset: 796)),
    Refusal("phase twice", at: 808, UInt32(1), .duplicate(table: 4, entry: 1)),
    Refusal("phase order", [(792, [8]), (808, [1])], .outOfOrder(table: 4, entry: 1)),
    Refusal("stamp before entry", at: 800, UInt64(999), .outOfOrder(table: 4, entry: 0)),
    Refusal("stamp goes back", at: 816, UInt64(1499), .outOfOrder(table: 4, entry: 1)),
  ]
}
