"""The language half of the extension process: a `Realm` calls the app's methods on its main thread."""
