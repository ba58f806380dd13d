// TABLE
// One row per rule of the kernel->root handoff: the change that breaks it, the refusal.

import CapABI
import Handoff
import HandoffTesting

extension Refusal {
  static let rootInfo = [
    Refusal("presence bit", at: 80, UInt32(2), .unknownFlags(offset: 80, found: 2)),
    Refusal("CSpace odd", at: 84, UInt32(4095), .invalidValue(offset: 84, found: 4095)),
    Refusal("CSpace small", at: 84, UInt32(32), .invalidValue(offset: 84, found: 32)),
    Refusal("CSpace large", at: 84, UInt32(1 << 21), .invalidValue(offset: 84, found: 1 << 21)),
    Refusal("first free slot", at: 88, UInt32(4097), .invalidValue(offset: 88, found: 4097)),
    Refusal("boot-config index", at: 92, UInt32(0), .missing(table: 2)),
    Refusal("boot-config index outside", at: 92, UInt32.max, .missing(table: 2)),
    Refusal("platform bit", at: 96, UInt64(64), .unknownFlags(offset: 96, found: 64)),
    Refusal("clock absent", at: 80, UInt32(0), .nonzeroReserved(offset: 104)),
    Refusal("image at 0", at: 120, UInt64(0), .invalidValue(offset: 120, found: 0)),
    Refusal("image not aligned", at: 120, UInt64(1), .invalidValue(offset: 120, found: 1)),
    Refusal("image empty", at: 128, UInt64(0), .invalidValue(offset: 128, found: 0)),
    Refusal("image too large", at: 128, UInt64.max, .invalidValue(offset: 128, found: .max)),
    Refusal("entry before", at: 136, UInt64(0), .invalidValue(offset: 136, found: 0)),
    Refusal(
      "entry behind", at: 136, UInt64(0x42_0000), .invalidValue(offset: 136, found: 0x42_0000)),
    Refusal("no stack", at: 144, UInt64(0), .invalidValue(offset: 144, found: 0)),
    Refusal("stack odd", at: 144, UInt64(8), .invalidValue(offset: 144, found: 8)),
    Refusal(
      "stack in the last page", at: 144, UInt64(0xFFF_FFFF_F010),
      .invalidValue(offset: 144, found: 0xFFF_FFFF_F010)),
    Refusal("no budget", at: 152, UInt64(0), .invalidValue(offset: 152, found: 0)),
    Refusal(
      "budget overdrawn", at: 160, UInt64(1 << 24 + 1),
      .invalidValue(offset: 160, found: 1 << 24 + 1)),
    Refusal("seed from firmware", at: 168, UInt32(1), .invalidValue(offset: 168, found: 1)),
    Refusal("image version 0", at: 304, UInt64(0), .invalidValue(offset: 304, found: 0)),
    Refusal("switch flags", at: 320, UInt32(8), .unknownFlags(offset: 320, found: 8)),
  ]

  static let rootTables = capabilities + untypeds + modules

  private static let capabilities = [
    Refusal("slot 0", at: 336, UInt32(0), .invalidValue(offset: 336, found: 0)),
    Refusal("null type", at: 340, UInt16(0), .invalidValue(offset: 340, found: 0)),
    Refusal("type", at: 340, UInt16(13), .invalidValue(offset: 340, found: 13)),
    Refusal("kind", at: 342, UInt16(15), .invalidValue(offset: 342, found: 15)),
    Refusal("kind of a process", at: 342, UInt16(1), .invalidValue(offset: 342, found: 1)),
    Refusal("reserved right", at: 344, UInt32(0x80), .unknownFlags(offset: 344, found: 0x80)),
    Refusal("right of another type", at: 344, UInt32(1), .unknownFlags(offset: 344, found: 1)),
    Refusal("no right", at: 344, UInt32(0), .unknownFlags(offset: 344, found: 0)),
    Refusal("peer", at: 348, UInt16(2), .invalidValue(offset: 348, found: 2)),
    Refusal("capability reserved", at: 350, UInt8(1), .nonzeroReserved(offset: 350)),
    Refusal("badge", at: 352, UInt64(1), .invalidValue(offset: 352, found: 1)),
    Refusal("slot twice", at: 360, UInt32(1), .duplicate(table: 0, entry: 1)),
    Refusal("slot order", at: 336, UInt32(3), .outOfOrder(table: 0, entry: 1)),
    Refusal(
      "badge of a generic endpoint",
      [(336 + 4 * 24 + 6, [0, 0]), (336 + 4 * 24 + 16, [7])],
      .invalidValue(offset: 336 + 4 * 24 + 16, found: 7)),
    Refusal(
      "peer of a generic endpoint",
      [(336 + 4 * 24 + 6, [0, 0]), (336 + 4 * 24 + 12, [2])],
      .nonzeroReserved(offset: 336 + 4 * 24 + 12)),
    Refusal(
      "free slot below a capability", at: 88, UInt32(2480), .slotConflict(CapSlot(rawValue: 2480))
    ),
  ]

  private static let untypeds: [Refusal] = {
    let first = RootContents.untypedOffset
    let second = first + 16
    return [
      Refusal(
        "base not aligned", at: first, UInt64(0x1000), .invalidValue(offset: first, found: 0x1000)),
      Refusal(
        "base at the limit", at: first, UInt64(1) << 52,
        .invalidValue(offset: first, found: 1 << 52)),
      Refusal(
        "untyped slot 0", at: first + 8, UInt32(0), .invalidValue(offset: first + 8, found: 0)),
      Refusal(
        "untyped flag", at: first + 13, UInt8(2), .unknownFlags(offset: first + 13, found: 2)),
      Refusal("untyped reserved", at: first + 14, UInt8(1), .nonzeroReserved(offset: first + 14)),
      Refusal("untyped slot twice", at: second + 8, UInt32(2560), .duplicate(table: 1, entry: 1)),
      Refusal("untyped slot order", at: second + 8, UInt32(2559), .outOfOrder(table: 1, entry: 1)),
      Refusal("untyped order", at: second, UInt64(0x1000), .outOfOrder(table: 1, entry: 1)),
      Refusal("untyped overlap", at: second, UInt64(0x20_0000), .overlap(table: 1, entry: 1)),
      Refusal(
        "untyped slot of a capability", at: first + 8, UInt32(2128),
        .slotConflict(CapSlot(rawValue: 2128))),
      Refusal(
        "untyped slot not below the free one", at: second + 8, UInt32(2600),
        .slotConflict(CapSlot(rawValue: 2600))),
    ]
  }()

  private static let modules: [Refusal] = {
    let first = RootContents.moduleOffset
    let second = first + 64
    return [
      Refusal("root module family", at: first, UInt16(1), .invalidValue(offset: first, found: 1)),
      Refusal(
        "more frames than pages", at: first + 4, UInt32(3),
        .invalidValue(offset: first + 4, found: 3)),
      Refusal(
        "neither mapped nor frames", [(first + 4, [0]), (first + 56, [0, 0])],
        .invalidValue(offset: first + 40, found: 0)),
      Refusal(
        "address not aligned", at: first + 40, UInt64(1),
        .invalidValue(offset: first + 40, found: 1)),
      Refusal(
        "boot-config unmapped", at: second + 40, UInt64(0),
        .invalidValue(offset: second + 40, found: 0)),
      Refusal(
        "root module empty", at: first + 48, UInt64(0),
        .invalidValue(offset: first + 48, found: 0)),
      Refusal(
        "root module huge", at: first + 48, UInt64.max,
        .invalidValue(offset: first + 48, found: .max)),
      Refusal(
        "frames without slot", at: first + 56, UInt32(0),
        .invalidValue(offset: first + 56, found: 0)),
      Refusal(
        "frame slots wrap", at: first + 56, UInt32.max,
        .invalidValue(offset: first + 56, found: UInt64(UInt32.max))),
      Refusal(
        "root module reserved", at: first + 60, UInt8(1), .nonzeroReserved(offset: first + 60)),
      Refusal("root module order", [(first, [6, 0, 0, 0])], .outOfOrder(table: 2, entry: 1)),
      Refusal(
        "two boot-configs", [(first, [5, 0, 0, 0]), (first + 40, littleEndian(UInt64(0x1000)))],
        .duplicate(table: 2, entry: 1)),
      Refusal(
        "frames on frames", at: second + 56, UInt32(2571), .slotConflict(CapSlot(rawValue: 2571))),
      Refusal(
        "frames not in module order", at: second + 56, UInt32(2566),
        .slotConflict(CapSlot(rawValue: 2566))),
      Refusal(
        "frames on a capability", at: first + 56, UInt32(2127),
        .slotConflict(CapSlot(rawValue: 2128))),
      Refusal(
        "frames on untyped memory", at: first + 56, UInt32(2559),
        .slotConflict(CapSlot(rawValue: 2560))),
      Refusal(
        "frames not below the free slot", at: first + 56, UInt32(2599),
        .slotConflict(CapSlot(rawValue: 2599))),
    ]
  }()
}
