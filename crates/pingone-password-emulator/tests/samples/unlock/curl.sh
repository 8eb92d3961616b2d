curl --location --globoff --request POST '{{apiPath}}/environments/{{envID}}/users/{{userID}}/password' \
--header 'Content-Type: application/vnd.pingidentity.password.unlock+json' \
--header 'Authorization: Bearer {{accessToken}}'
