'use strict';
return { event: () => () => {} };
