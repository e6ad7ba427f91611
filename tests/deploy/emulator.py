"""Starts ministack (https://pypi.org/project/ministack/, MIT) as the AWS of the deploy tests.

It adds the CloudFormation types that the framework emits and version 1.5.33 lacks, and ends when its
standard input is closed, so that it never outlives the tests that started it.
"""

import json
import os
import sys
import threading

from ministack.app import main
from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

HANDLERS = provisioners._RESOURCE_HANDLERS


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


def create_websocket_deployment(logical_id, properties, stack_name):
    """Makes a deployment record as CreateDeployment would."""
    request = {"description": properties.get("Description", "")}
    answer = apigateway._create_deployment(properties["ApiId"], request)
    identifier = json.loads(answer[2])["deploymentId"]
    return identifier, {"DeploymentId": identifier}


def delete_websocket_deployment(physical_id, properties):
    """Deletes the record."""
    apigateway._deployments.get(properties.get("ApiId", ""), {}).pop(physical_id, None)


def create_record(logical_id, properties, stack_name):
    """Stands for a resource that nothing looks at."""
    return f"{stack_name}-{logical_id}", {}


def delete_record(physical_id, properties):
    """Deletes nothing."""


def with_wire_names(handler, positions):
    """An HTTP API keeps its CORS settings under the names of the API, not of CloudFormation."""

    def handle(*arguments):
        arguments = list(arguments)
        for position in positions:
            cors = arguments[position].get("CorsConfiguration")
            if cors:
                named = {name[0].lower() + name[1:]: value for name, value in cors.items()}
                arguments[position] = {**arguments[position], "CorsConfiguration": named}
        return handler(*arguments)

    return handle


HANDLERS.setdefault(
    "AWS::ApiGatewayV2::Deployment",
    {"create": create_websocket_deployment, "delete": delete_websocket_deployment},
)
for name in ("AWS::ApiGatewayV2::RouteResponse", "AWS::Kinesis::StreamConsumer"):
    HANDLERS.setdefault(name, {"create": create_record, "delete": delete_record})
http_api = HANDLERS["AWS::ApiGatewayV2::Api"]
http_api["create"] = with_wire_names(http_api["create"], [1])
if "update" in http_api:
    http_api["update"] = with_wire_names(http_api["update"], [1, 2])

threading.Thread(target=end_with_parent, daemon=True).start()
sys.exit(main())
