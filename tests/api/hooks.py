"""What schemathesis needs to know of the backend: how to sign in, who and what is there, what is explained."""

import hashlib
import re
import secrets
import uuid

import requests
import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from explained import is_explained

# These end sign-ins: each is asked by a user of its own.
ENDINGS = {"logout", "revokeDevice", "revokeOtherDevices", "eraseMe", "changePassword"}
# This one would fill the quota of the place, too.
OWN_USERS = ENDINGS | {"createUpload"}
# After these the place of all others would be gone.
DESTROYERS = {"archiveConversation", "leaveConversation", "removeMember"}
FILE = b"hello"
places = {}
owners = {}  # of uploads that were begun: what they sign in with


class Place:
    """A user with a token, others, and a group of theirs with what messages can have, so that not everything is 404."""

    def __init__(self, base_url):
        self.base_url = base_url
        owner = self.register()
        self.token = owner["accessToken"]
        self.user_ids = [self.register()["user"]["id"] for _ in range(3)]
        group = {"type": "group", "name": "Testers", "members": self.user_ids[:2]}
        self.conversation_id = self.post("/conversations", group)["id"]
        root = self.send(mentions=self.user_ids[:1])
        self.send(threadOf=root, replyTo=root)
        self.attachment_id = self.upload()
        self.file_message_id = self.send(attachments=[self.attachment_id])
        self.message_ids = [root, self.file_message_id]
        self.upload_ids = [self.upload(), self.attachment_id, self.begin()["upload"]["id"]]

    def send(self, **fields):
        message = {"id": str(uuid.uuid4()), "content": "hello", **fields}
        return self.post(f"/conversations/{self.conversation_id}/messages", message)["message"]["id"]

    def begin(self):
        said = {"name": "note.txt", "type": "text/plain", "bytes": len(FILE), "sha256": hashlib.sha256(FILE).hexdigest()}
        return self.post("/uploads", said)

    def upload(self):
        """A file that is there, and that no message has."""
        begun = self.begin()
        put = begun["put"]
        requests.put(self.base_url + put["url"], data=FILE, headers=put["headers"], timeout=60).raise_for_status()
        return self.post(f"/uploads/{begun['upload']['id']}/complete", None)["upload"]["id"]

    def register(self):
        name = "tester-" + secrets.token_hex(6)
        email = name + "@example.com"
        return self.post("/auth/register", {"username": name, "email": email, "password": "a password of many words"})

    def post(self, path, body):
        headers = {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        answer = requests.post(f"{self.base_url}/v1{path}", json=body, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()


def place_of(operation):
    base_url = operation.base_url.rstrip("/")
    if base_url not in places:
        places[base_url] = Place(base_url)
    return places[base_url]


def name_of(operation):
    return operation.definition.raw.get("operationId")


def is_id(value):
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None


def known(value, ids):
    """Every other id becomes one that there is; what is no id stays as wrong as it is."""
    return ids[int(value[-2], 16) % len(ids)] if is_id(value) and int(value[-1], 16) % 2 == 0 else value


@schemathesis.auth(refresh_interval=None)
class SignIn:
    def get(self, case, context):
        place = place_of(case.operation)
        return place.register()["accessToken"] if name_of(case.operation) in OWN_USERS else place.token

    def set(self, case, token, context):
        upload_id = (case.path_parameters or {}).get("uploadId")
        case.headers["Authorization"] = owners.get(upload_id, "Bearer " + token)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    name = name_of(context.operation)
    if path_parameters is None or name in DESTROYERS:
        return path_parameters
    place = place_of(context.operation)
    ids = {
        "conversationId": [place.conversation_id],
        "messageId": [place.file_message_id] if name == "getAttachment" else place.message_ids,
        "attachmentId": [place.attachment_id],
        "uploadId": place.upload_ids,
        "userId": place.user_ids,
    }
    # What is taken away is made for it.
    if name == "deleteMessage":
        ids["messageId"] = [place.send()]
    if name == "removeUpload":
        ids["uploadId"] = [place.upload()]
    parameters = {name: known(value, ids[name]) if name in ids else value for name, value in path_parameters.items()}
    return {**parameters, "key": known_key(parameters["key"])} if "key" in parameters else parameters


@schemathesis.hook
def map_query(context, query):
    if query is None:
        return query
    place = place_of(context.operation)
    ids = {"conversationId": [place.conversation_id], "sender": place.user_ids}
    return {name: known(value, ids[name]) if name in ids else value for name, value in query.items()}


@schemathesis.hook
def map_body(context, body):
    if not isinstance(body, dict):
        return body
    place = place_of(context.operation)
    if isinstance(body.get("members"), list):
        body = {**body, "members": [place.user_ids[0] if is_id(member) else member for member in body["members"]]}
    ids = {"mentions": place.user_ids, "replyTo": place.message_ids, "threadOf": place.message_ids}
    return {name: known_in(value, ids[name]) if name in ids else value for name, value in body.items()}


def known_key(value):
    """Hardly any text is an emoji: every other one of the right length becomes one."""
    return "👍" if isinstance(value, str) and 0 < len(value) <= 64 and ord(value[-1]) % 2 == 0 else value


def known_in(value, ids):
    return [known(one, ids) for one in value] if isinstance(value, list) else known(value, ids)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Values that were answered are tried as well, also the place itself."""
    parameters = case.path_parameters or {}
    if name_of(case.operation) in DESTROYERS and parameters.get("conversationId") == place_of(case.operation).conversation_id:
        case.path_parameters = {**parameters, "conversationId": "0" * 24}


@schemathesis.hook
def after_call(context, case, response):
    if name_of(case.operation) == "createUpload" and response.status_code == 201:
        owners[response.json()["upload"]["id"]] = response.request.headers["Authorization"]


@schemathesis.check
def invalid_data_is_refused(ctx, response, case):
    """In the place of `negative_data_rejection`, to which 413 is no refusal."""
    return None if response.status_code == 413 else negative_data_rejection(ctx, response, case)


@schemathesis.check
def valid_data_is_accepted(ctx, response, case):
    """In the place of `positive_data_acceptance`, which knows nothing of what is explained."""
    if response.status_code in (415, 422) and is_explained(response.json()):
        return None
    return positive_data_acceptance(ctx, response, case)
