// TABLE
// The intake table of every role of the foundation, coordination and hardware-mediation phases and
// of the serial stack. Later roles get theirs with their service. Each builder lists rows in slot
// order. The reasons for each peer and family stand in docs/reference/intake.md.

extension IntakeTable {
  /// The table of a role; nil for a role that has none yet.
  public init?(for role: RoleID) {
    self.init()
    switch role {
    case .rootd: addRootInventory()
    case .memd: addMemd()
    case .vspaced: addVspaced()
    case .pagerd: addPagerd()
    case .procd: addProcd()
    case .named: addNamed()
    case .timed: addTimed()
    case .logd: addLogd()
    case .crashd: addCrashd()
    case .irqd: addIrqd()
    case .deviced: addDeviced()
    case .probed: addProbed()
    case .hotplugd: addHotplugd()
    case .seriald: addSeriald()
    case .shell: addShell()
    case .crashTest: addCrashTest()
    case .drvSerial: addDrvSerial()
    default: return nil
    }
  }

  /// rootd starts with itself and one endpoint of every family but the test-only one.
  private mutating func addRootInventory() {
    let own: Rights = .read | .write | .manage
    add(CapSlot(rawValue: RootSlot.process.rawValue), .process, own)
    add(CapSlot(rawValue: RootSlot.cspace.rawValue), .cspace, own)
    add(CapSlot(rawValue: RootSlot.vspace.rawValue), .vspace, own)
    add(CapSlot(rawValue: RootSlot.thread.rawValue), .thread, own)
    var slot = RootSlot.time.rawValue
    while let family = RootSlot(rawValue: slot)?.family {
      add(CapSlot(rawValue: slot), .endpoint, .send, kind: family)
      slot += 16
    }
  }

  private mutating func addMemd() {
    addService(supervisor: .rootd, ownRights: .receive | .grant)
    addControl(0, .memory)
    addControl(1, .objects)
    addControl(2, .budget)
    add(resource(0), .untyped, .read | .manage, maximumCount: 1024)
  }

  private mutating func addVspaced() {
    addService(supervisor: .rootd, ownRights: .receive)
    addControl(0, .vspace)
    addPeer(0, .memd)
    addPeer(1, .pagerd)
  }

  private mutating func addPagerd() {
    addService(supervisor: .rootd, ownRights: .receive)
    addControl(0, .pager)
    addPeer(0, .memd)
  }

  private mutating func addProcd() {
    addService(
      supervisor: .rootd, ownRights: .receive | .grant, notificationRights: .send | .receive)
    addControl(0, .process)
    addControl(1, .childPopulate)
    addControl(2, .objects)
    addControl(3, .thread)
    addControl(4, .budget)
    addControl(5, .time)
    addPeer(0, .memd, .send | .grant)
    addPeer(1, .vspaced, .send | .grant)
    addPeer(2, .pagerd, .send | .grant)
    addPeer(3, .named)
    addPeer(4, .crashd)
    add(resource(0), .frame, .read, maximumCount: 1024)
  }

  private mutating func addNamed() {
    addService(supervisor: .procd, ownRights: .receive | .grant)
    addPager()
  }

  private mutating func addTimed() {
    addService(supervisor: .procd, ownRights: .send | .receive)
    add(StartupSlot.names, .endpoint, .send | .grant, peer: .named)
    addPager()
    addControl(0, .time)
  }

  private mutating func addLogd() {
    addService(supervisor: .procd, ownRights: .send | .receive)
    add(StartupSlot.names, .endpoint, .send | .grant, peer: .named)
    addPager()
    addControl(0, .kernelLog)
    addControl(1, .log)
    addControl(2, .time)
    addSignal(0, .seriald)
  }

  private mutating func addCrashd() {
    addClient(supervisor: .procd, ownRights: .receive)
    addPeer(0, .procd)
  }

  private mutating func addIrqd() {
    addClient(supervisor: .procd, ownRights: .receive, notificationRights: .send | .receive)
    addControl(0, .irq)
  }

  private mutating func addDeviced() {
    addClient(supervisor: .procd, ownRights: .receive | .grant)
    addControl(0, .log)
    addControl(1, .deviceFrame)
    addControl(2, .com1)
    addControl(3, .i8042)
    addPeer(0, .procd, .send | .grant)
    addSignal(1, .seriald)
    addSignal(2, .probed)
  }

  private mutating func addProbed() {
    addClient(supervisor: .procd, ownRights: .receive)
    addControl(0, .pciConfig)
    addControl(1, .acpi)
    addPeer(0, .deviced)
  }

  private mutating func addHotplugd() {
    addClient(supervisor: .procd, ownRights: .receive)
    addControl(0, .hotplug)
    addPeer(0, .deviced)
  }

  private mutating func addSeriald() {
    addClient(supervisor: .procd, ownRights: .receive)
    addControl(0, .time)
    addPeer(0, .deviced)
    addPeer(1, .logd)
  }

  private mutating func addShell() {
    addService(supervisor: .procd, ownRights: .receive)
    add(StartupSlot.log, .endpoint, .send, peer: .logd)
    addPager()
    addControl(0, .audit)
    addControl(1, .trace)
    addControl(2, .time)
    addPeer(0, .seriald)
    addPeer(1, .procd)
    addPeer(2, .memd)
    addPeer(3, .logd)
    addPeer(4, .crashd)
    addPeer(5, .irqd)
    addPeer(6, .deviced)
    addPeer(7, .timed)
    addPeer(8, .rootd)
    addPeer(9, .crashTest)
    add(resource(0), .frame, .read)
  }

  private mutating func addCrashTest() {
    addService(supervisor: .procd, ownRights: .receive)
    addPager()
  }

  /// procd supervises drivers like services (decision 0026).
  ///
  /// A driver hands a way to its notification to irqd, and a way to its endpoint to deviced.
  private mutating func addDrvSerial() {
    addService(
      supervisor: .procd, ownRights: .send | .receive, notificationRights: .send | .receive)
    add(StartupSlot.log, .endpoint, .send, peer: .logd)
    addPager()
    addControl(0, .com1)
    addPeer(0, .irqd, .send | .grant)
    addPeer(1, .deviced, .send | .grant)
    addSignal(2, .seriald)
  }

  // Rows that many roles share.

  /// Own endpoint, bound notification, supervisor.
  private mutating func addService(
    supervisor: RoleID, ownRights: Rights, notificationRights: Rights = .receive
  ) {
    add(StartupSlot.endpoint, .endpoint, ownRights)
    add(StartupSlot.notification, .notification, notificationRights)
    add(StartupSlot.supervisor, .endpoint, .send, peer: supervisor)
  }

  /// Whose page faults procd arranged for: every process but rootd and the foundation.
  private mutating func addPager() { add(StartupSlot.pager, .endpoint, .send, peer: .pagerd) }

  /// A service that also logs and registers its own endpoint at named, which takes SEND.
  private mutating func addClient(
    supervisor: RoleID, ownRights: Rights, notificationRights: Rights = .receive
  ) {
    addService(
      supervisor: supervisor, ownRights: ownRights | .send,
      notificationRights: notificationRights)
    add(StartupSlot.log, .endpoint, .send, peer: .logd)
    add(StartupSlot.names, .endpoint, .send | .grant, peer: .named)
    addPager()
  }

  private mutating func addControl(_ index: UInt32, _ kind: EndpointKind) {
    add(CapSlot(rawValue: StartupSlot.firstControl + index), .endpoint, .send, kind: kind)
  }

  private mutating func addPeer(_ index: UInt32, _ peer: RoleID, _ rights: Rights = .send) {
    add(CapSlot(rawValue: StartupSlot.firstPeer + index), .endpoint, rights, peer: peer)
  }

  /// A way to signal a peer that is never called from here.
  private mutating func addSignal(_ index: UInt32, _ peer: RoleID) {
    add(CapSlot(rawValue: StartupSlot.firstPeer + index), .notification, .send, peer: peer)
  }

  private func resource(_ index: UInt32) -> CapSlot {
    CapSlot(rawValue: StartupSlot.firstResource + index)
  }

  private mutating func add(
    _ slot: CapSlot, _ type: CapabilityType, _ rights: Rights, kind: EndpointKind = .generic,
    peer: RoleID = .none, maximumCount: UInt32 = 1
  ) {
    append(
      IntakeEntry(
        slot: slot, type: type, kind: kind, rights: rights, peer: peer,
        maximumCount: maximumCount))
  }
}
