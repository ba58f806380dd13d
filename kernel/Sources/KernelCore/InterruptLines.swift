// Interrupt lines of the I/O interrupt controllers: whether they are open, which have something to
// tell, and the notification of each. Their number is that of the hardware.
// docs/reference/control/irq.md.

import CapABI
import KernelMachine

/// What a line is doing.
package enum LineState: UInt8, Sendable {
  /// Masked, because nobody asked for it.
  case closed
  /// Waiting for the device.
  case open
  /// The device spoke; masked and in the queue.
  case pending
  /// Somebody took the event and has not acknowledged it; masked.
  case taken
}

/// One line.
struct InterruptLine: ZeroInitialised {
  var state = LineState.closed
  /// The next line of the queue, counted from 1; 0 for none.
  var next: UInt32 = 0
  /// The previous line of the queue, counted from 1; 0 for none.
  var previous: UInt32 = 0
}

/// All lines, and the queue of those whose events wait to be taken.
package struct InterruptLines {
  /// How many lines there are.
  package private(set) var count: UInt32 = 0
  private var linePages = FrameNumber.none
  private var slotPages = FrameNumber.none
  private var first: UInt32 = 0
  private var last: UInt32 = 0

  init() {}

  private static let linesPerPage = UInt32(frameBytes / MemoryLayout<InterruptLine>.stride)

  /// Blocks of 2^order pages for a number of lines, first for the lines, then for their slots.
  static func orders(for count: UInt32) -> (lines: UInt8, slots: UInt8) {
    (order(count, perPage: linesPerPage), order(count, perPage: SlotTable.slotsPerLeaf))
  }

  private static func order(_ count: UInt32, perPage: UInt32) -> UInt8 {
    let pages = (max(count, 1) - 1) / perPage
    return UInt8(truncatingIfNeeded: UInt32.bitWidth - pages.leadingZeroBitCount)
  }

  /// Takes over clean pages of these orders.
  mutating func use(lines: FrameNumber, slots: FrameNumber, count: UInt32) {
    linePages = lines
    slotPages = slots
    self.count = count
  }

  /// A line below `count`.
  func line(_ number: UInt32, in frames: FrameTable) -> Ref<InterruptLine> {
    precondition(number < count, "no such interrupt line")
    let page = FrameNumber(linePages.rawValue + number / Self.linesPerPage)
    return frames.table(of: InterruptLine.self, in: page)[Int(number % Self.linesPerPage)]
  }

  /// The hidden slot with the notification of a line below `count`.
  package func slot(_ number: UInt32, in frames: FrameTable) -> Ref<Slot> {
    precondition(number < count, "no such interrupt line")
    let page = FrameNumber(slotPages.rawValue + number / SlotTable.slotsPerLeaf)
    return frames.table(of: Slot.self, in: page)[Int(number % SlotTable.slotsPerLeaf)]
  }

  /// Whether no event waits.
  var isQuiet: Bool { first == 0 }

  /// Puts a line at the end of the queue.
  mutating func append(_ number: UInt32, in frames: FrameTable) {
    let line = line(number, in: frames)
    line.object.state = .pending
    line.object.previous = last
    line.object.next = 0
    if last == 0 {
      first = number + 1
    } else {
      self.line(last - 1, in: frames).object.next = number + 1
    }
    last = number + 1
  }

  /// Takes a line out of the queue, if it is in it.
  mutating func remove(_ number: UInt32, in frames: FrameTable) {
    let line = line(number, in: frames)
    guard line.object.state == .pending else { return }
    let (next, previous) = (line.object.next, line.object.previous)
    if previous == 0 {
      first = next
    } else {
      self.line(previous - 1, in: frames).object.next = next
    }
    if next == 0 {
      last = previous
    } else {
      self.line(next - 1, in: frames).object.previous = previous
    }
    line.object.next = 0
    line.object.previous = 0
  }

  /// The line whose event has waited longest, taken out of the queue.
  mutating func take(in frames: FrameTable) -> UInt32? {
    guard first != 0 else { return nil }
    let number = first - 1
    remove(number, in: frames)
    line(number, in: frames).object.state = .taken
    return number
  }
}
