// Writes the whole ABI as text: every number, name, offset and table. The text is compared with
// Golden/abi.txt, so that any change to the ABI shows in review as a change to that file.

import CapABI

/// The ABI as lines of text.
struct ABIDump {
  private(set) var lines: [String] = []

  init() {
    addNumbers()
    addMessages()
    addFamilies()
    addRoles()
    addIntakeTables()
  }

  /// The lines, each ended by a newline.
  var text: String { lines.map { $0 + "\n" }.joined() }

  private mutating func add(_ line: String) { lines.append(line) }

  private func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }

  private mutating func addNumbers() {
    for call in Syscall.allCases { add("syscall \(hex(call.rawValue)) \(call)") }
    for operation in ControlOperation.allCases {
      let reserved = operation.isReserved ? " reserved" : ""
      add("control \(operation.rawValue) \(operation)\(reserved)")
    }
    for type in CapabilityType.allCases {
      add(
        "type \(type.rawValue) \(type) rights \(hex(type.meaningfulRights.rawValue))"
          + " badge \(type.canBeBadged) copy \(type.canBeCopied)")
    }
    let rights: [(String, Rights)] = [
      ("send", .send), ("receive", .receive), ("grant", .grant), ("read", .read),
      ("write", .write), ("execute", .execute), ("manage", .manage), ("all", .all),
    ]
    for (name, right) in rights { add("right \(hex(right.rawValue)) \(name)") }
    for code in 0...ResultCode.last.rawValue {
      let name = ResultCode(rawValue: code).name?.description ?? "UNNAMED"
      add("result \(code) \(name)")
    }
    for exit in DebugExit.allCases { add("debug-exit \(hex(exit.rawValue)) \(exit)") }
    for stage in RootdStage.allCases { add("stage \(hex(stage.rawValue)) \(stage)") }
    for status in RootdStatus.allCases {
      add("status \(status.rawValue) \(status) exit \(hex(status.debugExit.rawValue))")
    }
    add("slots default \(CapSlot.defaultCount) maximum \(CapSlot.maximumCount)")
  }

  private mutating func addMessages() {
    add(
      "tag length<<\(MessageTag.lengthShift) capabilities<<\(MessageTag.capabilityCountShift)"
        + " flags<<\(MessageTag.flagsShift)")
    add(
      "message bytes \(MessageTag.maximumLength) in registers \(MessageTag.registerBytes)"
        + " capabilities \(MessageTag.maximumCapabilities)")
    let flags: [(String, MessageFlags)] = [
      ("deadline", .deadline), ("receiveSlots", .receiveSlots), ("doNotWait", .doNotWait),
      ("notified", .notified), ("oneWay", .oneWay), ("fromKernel", .fromKernel),
    ]
    for (name, flag) in flags { add("flag \(hex(flag.rawValue)) \(name)") }
    add(
      "buffer deadline \(IPCBuffer.deadlineOffset) count \(IPCBuffer.receiveSlotCountOffset)"
        + " slots \(IPCBuffer.receiveSlotsOffset) table \(IPCBuffer.transferTableOffset)"
        + " payload \(IPCBuffer.payloadOffset)+\(IPCBuffer.payloadSize) size \(IPCBuffer.size)")
    add(
      "transfer-entry slot \(TransferEntry.slotOffset) mode \(TransferEntry.modeOffset)"
        + " rights \(TransferEntry.rightsOffset) badge \(TransferEntry.badgeOffset)"
        + " size \(TransferEntry.size)")
    for mode in TransferMode.allCases { add("transfer-mode \(mode.rawValue) \(mode)") }
    add(
      "transfer-descriptor slot \(TransferDescriptor.slotOffset)"
        + " type \(TransferDescriptor.typeOffset) kind \(TransferDescriptor.kindOffset)"
        + " rights \(TransferDescriptor.rightsOffset) peer \(TransferDescriptor.peerOffset)"
        + " badge \(TransferDescriptor.badgeOffset) size \(TransferDescriptor.size)")
  }

  private mutating func addFamilies() {
    for slot in RootSlot.allCases {
      add("root-slot \(slot.rawValue) \(slot) \(slot.family.map { "\($0)" } ?? "-")")
    }
    for kind in EndpointKind.allCases {
      let accepted = ControlOperation.allCases.filter(kind.accepts).map { "\($0.rawValue)" }
      add((["family \(kind.rawValue) \(kind):"] + accepted).joined(separator: " "))
      let ports = (UInt16.min...UInt16.max).filter(kind.allowsPort).map { hex($0) }
      if !ports.isEmpty { add("family \(kind) ports \(ports.joined(separator: " "))") }
    }
    let platform: [(String, PlatformCapabilities)] = [
      ("serialPort", .serialPort), ("keyboardController", .keyboardController),
      ("framebuffer", .framebuffer), ("acpi", .acpi), ("pci", .pci), ("ioAPIC", .ioAPIC),
    ]
    for (name, bit) in platform { add("platform \(hex(bit.rawValue)) \(name)") }
  }

  private mutating func addRoles() {
    for index in 0..<RoleID.knownCount {
      guard let role = RoleID.known(at: index), let name = role.name else { continue }
      add("role \(hex(role.rawValue)) \(name) \(role.phase.map { "\($0)" } ?? "-")")
    }
    add(
      "startup-slots endpoint \(StartupSlot.endpoint.rawValue)"
        + " notification \(StartupSlot.notification.rawValue)"
        + " supervisor \(StartupSlot.supervisor.rawValue) log \(StartupSlot.log.rawValue)"
        + " names \(StartupSlot.names.rawValue) time \(StartupSlot.time.rawValue)"
        + " pager \(StartupSlot.pager.rawValue)"
        + " control \(StartupSlot.firstControl) peer \(StartupSlot.firstPeer)"
        + " resource \(StartupSlot.firstResource) dynamic \(StartupSlot.firstDynamic)")
  }

  private mutating func addIntakeTables() {
    for index in 0..<RoleID.knownCount {
      guard let role = RoleID.known(at: index), let name = role.name,
        let table = IntakeTable(for: role)
      else { continue }
      for row in 0..<table.count {
        guard let entry = table.entry(at: row) else { continue }
        add(
          "intake \(name) \(entry.slot.rawValue) \(entry.type) \(entry.kind)"
            + " rights \(hex(entry.rights.rawValue)) peer \(entry.peer.name?.description ?? "-")"
            + " up to \(entry.maximumCount)")
      }
    }
  }
}
