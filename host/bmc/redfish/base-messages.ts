// The messages of the DMTF's Base registry that are sent, in its words (DSP2065). Append what is needed.
import type { MessageEntry } from './message.ts';

const RETRY = 'resubmit the request if the operation failed.';

export const BASE_MESSAGES = {
  AccessDenied: [
    'While attempting to establish a connection to \'%1\', the service denied access.', 'Critical',
    'Attempt to ensure that the URI is correct and that the service has the appropriate credentials.',
  ],
  AccountModified: ['The account was successfully modified.', 'OK', 'No resolution is required.'],
  AccountRemoved: ['The account was successfully removed.', 'OK', 'No resolution is required.'],
  ActionNotSupported: [
    'The action %1 is not supported by the resource.', 'Critical',
    'The action supplied cannot be resubmitted to the implementation.  Perhaps the action was invalid, the wrong resource was the target or the implementation documentation may be of assistance.',
  ],
  ActionParameterMissing: [
    'The action %1 requires the parameter %2 to be present in the request body.', 'Critical',
    'Supply the action with the required parameter in the request body when the request is resubmitted.',
  ],
  ActionParameterUnknown: ['The action %1 was submitted with the invalid parameter %2.', 'Warning', `Correct the invalid action parameter and ${RETRY}`],
  ActionParameterValueConflict: [
    'The parameter \'%1\' with the requested value of \'%2\' does not meet the constraints of the implementation.', 'Warning', 'No resolution is required.',
  ],
  ActionParameterValueNotInList: [
    'The value \'%1\' for the parameter %2 in the action %3 is not in the list of acceptable values.', 'Warning',
    `Choose a value from the enumeration list that the implementation can support and ${RETRY}`,
  ],
  ActionParameterValueTypeError: [
    'The value \'%1\' for the parameter %2 in the action %3 is of a different type than the parameter can accept.', 'Warning',
    `Correct the value for the parameter in the request body and ${RETRY}`,
  ],
  CreateFailedMissingReqProperties: [
    'The create operation failed because the required property %1 was missing from the request.', 'Critical',
    `Correct the body to include the required property with a valid value and ${RETRY}`,
  ],
  CreateLimitReachedForResource: [
    'The create operation failed because the resource has reached the limit of possible resources.', 'Critical',
    'Either delete resources and resubmit the request if the operation failed or do not resubmit the request.',
  ],
  Created: ['The resource has been created successfully.', 'OK', 'None.'],
  EmptyJSON: [
    'The request body submitted contained an empty JSON object and the service is unable to process it.', 'Warning', 'Add properties in the JSON object and resubmit the request.',
  ],
  EventBufferExceeded: ['Undelivered events may have been lost due to exceeding the event buffer.', 'Warning', 'None.'],
  EventSubscriptionLimitExceeded: [
    'The event subscription failed due to the number of simultaneous subscriptions exceeding the limit of the implementation.', 'Critical',
    'Reduce the number of other subscriptions before trying to establish the event subscription or increase the limit of simultaneous subscriptions, if supported.',
  ],
  GeneralError: [
    'A general error has occurred.  See Resolution for information on how to resolve the error, or @Message.ExtendedInfo if Resolution is not provided.', 'Critical', 'None.',
  ],
  HeaderInvalid: ['Header \'%1\' is invalid.', 'Critical', 'Resubmit the request with a valid request header.'],
  HeaderMissing: ['Required header \'%1\' is missing in the request.', 'Critical', 'Resubmit the request with the required request header.'],
  InsufficientPrivilege: [
    'There are insufficient privileges for the account or credentials associated with the current session to perform the requested operation.', 'Critical',
    `Either abandon the operation or change the associated access rights and ${RETRY}`,
  ],
  InsufficientStorage: [
    'Insufficent storage or memory available to complete the request.', 'Critical', 'Increase the free storage space available to the service and resubmit the request.',
  ],
  InternalError: [
    'The request failed due to an internal service error.  The service is still operational.', 'Critical',
    'Resubmit the request.  If the problem persists, consider resetting the service.',
  ],
  InvalidURI: ['The URI %1 was not found.', 'Critical', 'Provide a valid URI and resubmit the request.'],
  MalformedJSON: [
    'The request body submitted was malformed JSON and could not be parsed by the receiving service.', 'Critical',
    'Ensure that the request body is valid JSON and resubmit the request.',
  ],
  MissingOrMalformedPart: [
    'The multipart request contains malformed parts or is missing required parts.', 'Critical',
    'Add any missing required parts or correct the malformed parts and resubmit the request.',
  ],
  NoOperation: [
    'The request body submitted contain no data to act upon and no changes to the resource took place.', 'Warning', 'Add properties in the JSON object and resubmit the request.',
  ],
  NoValidSession: ['There is no valid session established with the implementation.', 'Critical', 'Establish a session before attempting any operations.'],
  OperationNotAllowed: ['The HTTP method is not allowed on this resource.', 'Critical', 'None.'],
  PayloadTooLarge: [
    'The supplied payload exceeds the maximum size supported by the service.', 'Critical', 'Check that the supplied payload is correct and supported by this service.',
  ],
  PreconditionFailed: ['The ETag supplied did not match the ETag required to change this resource.', 'Critical', 'Try the operation again using the appropriate ETag.'],
  PropertyMissing: [
    'The property %1 is a required property and must be included in the request.', 'Warning', `Ensure that the property is in the request body and has a valid value and ${RETRY}`,
  ],
  PropertyNotWritable: ['The property %1 is a read only property and cannot be assigned a value.', 'Warning', `Remove the property from the request body and ${RETRY}`],
  PropertyUnknown: ['The property %1 is not in the list of valid properties for the resource.', 'Warning', `Remove the unknown property from the request body and ${RETRY}`],
  PropertyValueConflict: [
    'The property \'%1\' could not be written because its value would conflict with the value of the \'%2\' property.', 'Warning', 'No resolution is required.',
  ],
  PropertyValueExternalConflict: [
    'The property \'%1\' with the requested value of \'%2\' could not be written because the value is not available due to a configuration conflict.', 'Warning',
    'No resolution is required.',
  ],
  PropertyValueFormatError: [
    'The value \'%1\' for the property %2 is of a different format than the property can accept.', 'Warning', `Correct the value for the property in the request body and ${RETRY}`,
  ],
  PropertyValueNotInList: [
    'The value \'%1\' for the property %2 is not in the list of acceptable values.', 'Warning',
    `Choose a value from the enumeration list that the implementation can support and ${RETRY}`,
  ],
  PropertyValueOutOfRange: [
    'The value \'%1\' for the property %2 is not in the supported range of acceptable values.', 'Warning', `Correct the value for the property in the request body and ${RETRY}`,
  ],
  PropertyValueTypeError: [
    'The value \'%1\' for the property %2 is of a different type than the property can accept.', 'Warning', `Correct the value for the property in the request body and ${RETRY}`,
  ],
  QueryCombinationInvalid: [
    'Two or more query parameters in the request cannot be used together.', 'Warning', `Remove one or more of the query parameters and ${RETRY}`,
  ],
  QueryNotSupportedOnOperation: ['Querying is not supported with the requested operation.', 'Warning', `Remove the query parameters and ${RETRY}`],
  QueryNotSupportedOnResource: ['Querying is not supported on the requested resource.', 'Warning', `Remove the query parameters and ${RETRY}`],
  QueryParameterUnsupported: ['Query parameter \'%1\' is not supported.', 'Warning', 'Correct or remove the query parameter and resubmit the request.'],
  QueryParameterValueFormatError: [
    'The value \'%1\' for the parameter %2 is of a different format than the parameter can accept.', 'Warning',
    `Correct the value for the query parameter in the request and ${RETRY}`,
  ],
  ResetRequired: [
    'In order to apply changes, recover from errors, or complete the operation, a component reset is required with the Reset action URI \'%1\' and ResetType \'%2\'.', 'Warning',
    'Perform the required reset action on the specified component.',
  ],
  ResourceAlreadyExists: [
    'The requested resource of type %1 with the property %2 with the value \'%3\' already exists.', 'Critical',
    'Do not repeat the create operation as the resource has already been created.',
  ],
  ResourceCannotBeDeleted: [
    'The delete request failed because the resource requested cannot be deleted.', 'Critical', 'Do not attempt to delete a non-deletable resource.',
  ],
  ResourceInUse: [
    'The change to the requested resource failed because the resource is in use or in transition.', 'Warning', `Remove the condition and ${RETRY}`,
  ],
  ResourceMissingAtURI: ['The resource at the URI \'%1\' was not found.', 'Critical', 'Place a valid resource at the URI or correct the URI and resubmit the request.'],
  ResourceNotFound: ['The requested resource of type %1 named \'%2\' was not found.', 'Critical', 'Provide a valid resource identifier and resubmit the request.'],
  ServiceShuttingDown: [
    'The operation failed because the service is shutting down and can no longer take incoming requests.', 'Critical',
    'When the service becomes available, resubmit the request if the operation failed.',
  ],
  ServiceTemporarilyUnavailable: [
    'The service is temporarily unavailable.  Retry in %1 seconds.', 'Critical', 'Wait for the indicated retry duration and retry the operation.',
  ],
  SessionLimitExceeded: [
    'The session establishment failed due to the number of simultaneous sessions exceeding the limit of the implementation.', 'Critical',
    'Reduce the number of other sessions before trying to establish the session or increase the limit of simultaneous sessions, if supported.',
  ],
  SessionTerminated: ['The session was successfully terminated.', 'OK', 'No resolution is required.'],
  Success: ['The request completed successfully.', 'OK', 'None'],
  UnrecognizedRequestBody: [
    'The service detected a malformed request body that it was unable to interpret.', 'Warning', 'Correct the request body and resubmit the request if it failed.',
  ],
} as const satisfies Readonly<Record<string, MessageEntry>>;

export type BaseMessageKey = keyof typeof BASE_MESSAGES;
