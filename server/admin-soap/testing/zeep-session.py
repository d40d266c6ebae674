"""For tests: what an HR system would do with zeep and nothing else. Prints one JSON line for each step."""

import json
import sys

import requests
import zeep
from zeep.exceptions import Fault
from zeep.transports import Transport

url, token, certificate, port = sys.argv[1], sys.stdin.readline().strip(), sys.argv[2], sys.argv[3]
session = requests.Session()
session.verify = certificate
session.headers["Authorization"] = "Bearer " + token
client = zeep.Client(url + "/kith/admin?wsdl", transport=Transport(session=session))
service = client.bind("Administration", port)


def tell(step, **facts):
    print(json.dumps({"step": step, **facts}, default=str), flush=True)


def fault_of(call):
    try:
        call()
    except Fault as fault:
        detail = client.wsdl.types.deserialize(fault.detail[0])
        name = fault.detail[0].tag.rpartition("}")[2]
        return {"fault": name, "message": fault.message, "detail": zeep.helpers.serialize_object(detail, dict)}
    return {"fault": None}


users = service.ListUsers(search="ali")
tell("list", total=users.total, users=[user.user for user in users.users])
added = service.AddUser(user="zoe", name="Zoë 夥伴 <&>", scope="internal", department="R&D", why="hired")
tell("add", state=added.state, lists=[change.user for change in added.lists], audit=added.audit)
user = service.GetUser(user="zoe")
tell("get", name=user.user.name, department=user.user.department, version=user.version)
contact = {"address": "pat@partner.example", "name": "Pat", "groups": ["a", "b"], "expires": "2031-01-31"}
service.AddContact(user="alice", contact=contact, why="project")
listed = service.ListContacts(user="alice")
tell("contact", groups=listed.contacts[0].groups, expires=listed.contacts[0].expires.isoformat())
changed = service.SetContact(user="alice", address="pat@partner.example", changes={"groups": [""], "remark": "x"})
listed = service.ListContacts(user="alice")
tell("change", version=changed.lists[0].version, groups=listed.contacts[0].groups, remark=listed.contacts[0].remark)
service.SetPolicy(changes={"everyone": True})
policy = service.GetPolicy()
tell("policy", everyone=policy.everyone, four_eyes=policy.fourEyes)
why = service.Why(user="alice", address="pat@partner.example")
tell("why", listed=why.listed, admitted=[one.rule for one in why.admitted], words=why.words[0])
batch = [
    {"groupPut": {"group": "team", "title": "Team"}},
    {"groupJoin": {"group": "team", "user": "zoe"}},
    {"contactRemove": {"user": "alice", "address": "pat@partner.example"}},
]
tried = service.RunChanges(changes=batch, dryRun=True)
tell("dry", state=tried.state, lists=[change.removed for change in tried.lists], audit=tried.audit)
done = service.RunChanges(changes=batch, why="reorganised")
tell("batch", state=done.state, audit=len(done.audit))
tell("groups", groups=[(group.group, group.members) for group in service.ListGroups()])
opened = service.OpenUnits(a="group:team", b="user:alice")
rules = service.ListRules()
tell("rules", rules=[(rule.rule.ruleOpen.a, rule.rule.ruleOpen.b) for rule in rules], state=opened.state)
audit = service.ListAudit(count=3)
tell("audit", first=audit[0].op, who=audit[0].who, holds=service.VerifyAudit().holds)
service.SetPassword(user="zoe", password="a password of hers", why="first day")
refused = [{"contactAdd": {"user": "alice", "contact": {"address": "nonsense", "name": "N"}}}]
tell("refused", **fault_of(lambda: service.RunChanges(changes=refused)))
tell("unknown", **fault_of(lambda: service.GetUser(user="nobody")))
tell("bad", **fault_of(lambda: service.AddUser(user="", name="x", scope="internal")))
tell("device", **fault_of(lambda: service.RevokeDevice(user="alice", device="none", wipe="all")))
tell("draft", **fault_of(lambda: service.Draft(proposal="reissue")))
tell("enrolment", code=service.CreateEnrolment(user="zoe").code[:5])
session.headers["Authorization"] = "Bearer kith_wrong"
tell("token", **fault_of(lambda: service.GetPolicy()))
