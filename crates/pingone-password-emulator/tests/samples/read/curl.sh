curl --location --globoff '{{apiPath}}/environments/{{envID}}/users/{{userID}}/password' \
--header 'Authorization: Bearer {{accessToken}}'
