// A 16550 as its datasheet has it, as far as a driver can tell: FIFOs, interrupts by priority, an
// output pin whose edges reach an interrupt controller, and a peer at the other end of the cable.

/// The port and its peer.
struct ModelUART {
  static let depth = 16

  /// Whether there is a port at all.
  var isPresent = true
  /// What the peer still wants to send.
  var toSend: [UInt8] = []
  /// What the peer got.
  var received: [UInt8] = []
  /// How many bytes the peer sends after it was asked to wait.
  var peerLag = 0
  private var lagLeft = 0
  /// Whether the port itself holds the peer back when its FIFO is full, as emulators do.
  var isPatient = false
  /// CTS, DSR, RI, DCD as in the high half of the modem status.
  var modemLines: UInt8 = 0xB0 { didSet { modemDelta |= (oldValue ^ modemLines) >> 4 } }

  var fifo: [UInt8] = []
  /// Bytes that were lost because the FIFO was full.
  private(set) var lostCount = 0
  private var errors: UInt8 = 0
  private var modemDelta: UInt8 = 0
  private(set) var output: [UInt8] = []
  private var isOutputPending = false
  private var isTimedOut = false
  private(set) var enabled: UInt8 = 0
  private(set) var lineControl: UInt8 = 0
  private(set) var modemControl: UInt8 = 0
  private(set) var fifoControl: UInt8 = 0
  private var scratch: UInt8 = 0
  private(set) var divisor: UInt16 = 0
  private(set) var emptiedCount = 0

  private var hasDivisorAccess: Bool { lineControl & 0x80 != 0 }

  // MARK: Pins

  /// What IIR says, without its FIFO bits.
  private var cause: UInt8 {
    if enabled & 4 != 0, errors != 0 { return 0x06 }
    if enabled & 1 != 0, fifo.count >= 8 { return 0x04 }
    if enabled & 1 != 0, !fifo.isEmpty, isTimedOut { return 0x0C }
    if enabled & 2 != 0, isOutputPending { return 0x02 }
    if enabled & 8 != 0, modemDelta != 0 { return 0x00 }
    return 0x01
  }

  /// The interrupt pin, which OUT2 connects.
  var pin: Bool { cause != 0x01 && modemControl & 8 != 0 }

  // MARK: The peer

  /// The peer sends up to some bytes, if it is allowed to.
  mutating func peerSends(_ count: Int) {
    for _ in 0..<count {
      guard !toSend.isEmpty else { break }
      if modemControl & 2 != 0 {
        lagLeft = peerLag
      } else if lagLeft > 0 {
        lagLeft -= 1
      } else {
        break
      }
      if isPatient, fifo.count == Self.depth { break }
      arrive(toSend.removeFirst())
    }
    // Four character times pass before the next look.
    isTimedOut = !fifo.isEmpty
  }

  /// A byte arrives, with error bits of the line status.
  mutating func arrive(_ byte: UInt8, errors bad: UInt8 = 0) {
    errors |= bad
    guard fifo.count < Self.depth else {
      lostCount += 1
      errors |= 0x02
      return
    }
    fifo.append(byte)
    isTimedOut = true
  }

  /// The port has sent what it was given.
  mutating func drain() {
    guard !output.isEmpty else { return }
    received += output
    output = []
    isOutputPending = true
  }

  // MARK: Registers

  mutating func read(_ register: UInt64) -> UInt8 {
    guard isPresent else { return 0xFF }
    switch register {
    case 0 where hasDivisorAccess: return UInt8(truncatingIfNeeded: divisor)
    case 0:
      isTimedOut = fifo.count > 1
      return fifo.isEmpty ? 0 : fifo.removeFirst()
    case 1: return hasDivisorAccess ? UInt8(divisor >> 8) : enabled
    case 2:
      let found = cause
      if found == 0x02 { isOutputPending = false }
      return found | (fifoControl & 1 != 0 ? 0xC0 : 0)
    case 3: return lineControl
    case 4: return modemControl
    case 5:
      defer { errors = 0 }
      return errors | (fifo.isEmpty ? 0 : 1) | (output.isEmpty ? 0x60 : 0)
    case 6:
      defer { modemDelta = 0 }
      return modemLines | modemDelta
    default: return scratch
    }
  }

  mutating func write(_ register: UInt64, _ value: UInt8) {
    guard isPresent else { return }
    switch register {
    case 0 where hasDivisorAccess: divisor = divisor & 0xFF00 | UInt16(value)
    case 0:
      // More than the FIFO holds is lost.
      if output.count < Self.depth { output.append(value) }
      isOutputPending = false
    case 1 where hasDivisorAccess: divisor = divisor & 0xFF | UInt16(value) << 8
    case 1:
      if enabled & 2 == 0, value & 2 != 0, output.isEmpty { isOutputPending = true }
      enabled = value & 0x0F
    case 2:
      if value & 2 != 0 || (fifoControl ^ value) & 1 != 0 {
        fifo = []
        emptiedCount += 1
      }
      fifoControl = value
    case 3: lineControl = value
    case 4: modemControl = value
    case 7: scratch = value
    default: break
    }
  }
}
